package io.meshwatch.deploy;

import io.meshwatch.environment.Disk;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/** Where things lie in the folder of the credentials, which is for its owner alone. Guarded by its {@link Credentials}. */
final class CredentialFiles {
  private final Disk disk;
  private final Path folder;
  private final Map<Path, Secret> secrets = new HashMap<>();

  CredentialFiles(Disk disk, Path folder) {
    this.disk = disk;
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  void makeFolder() throws IOException {
    disk.createDirectories(folder);
    disk.restrictToOwner(folder);
  }

  Path authority() {
    return folder.resolve("ca.crt");
  }

  Path authorityKey() {
    return folder.resolve("ca.key");
  }

  Path nextAuthority() {
    return folder.resolve("ca-next.crt");
  }

  Path nextAuthorityKey() {
    return folder.resolve("ca-next.key");
  }

  ListenerSpec.ServerTls serverTls(String subject) {
    return new ListenerSpec.ServerTls(folder.resolve(subject + ".crt"), folder.resolve(subject + ".key"));
  }

  Path password(String owner, int generation) {
    return folder.resolve(owner + "." + generation + ".password");
  }

  Path manifest() {
    return folder.resolve("manifest.json");
  }

  Manifest readManifest() throws IOException {
    return disk.exists(manifest()) ? Manifest.read(manifest(), disk.readAll(manifest())) : Manifest.empty();
  }

  /** A secret, remembered until {@link #forgetSecrets}: it is asked for at every login. */
  Secret readSecret(Path file) throws IOException {
    Secret known = secrets.get(file);
    if (known == null) {
      known = Secret.of(new String(disk.readAll(file), StandardCharsets.UTF_8).strip());
      secrets.put(file, known);
    }
    return known;
  }

  void forgetSecrets() {
    secrets.clear();
  }

  void writeSecret(Path file, Secret secret) throws IOException {
    write(file, secret.reveal().getBytes(StandardCharsets.UTF_8));
  }

  /** The folder is closed to others before anything is in it, so the file is never readable for them, not even for a moment. */
  void write(Path file, byte[] content) throws IOException {
    disk.replace(file, content);
    disk.restrictToOwner(file);
  }
}
