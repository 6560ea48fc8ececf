package io.meshwatch.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.meshwatch.config.CredentialSettings;
import io.meshwatch.environment.Disk;
import io.meshwatch.environment.SimulatedEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class DeployFilesTest {
  private static final Path FOLDER = Path.of("/deploy");

  private final SimulatedEnvironment world = new SimulatedEnvironment(1_800_000_000_000L);
  private final Disk disk = world.environment().disk();
  private final Credentials credentials = new Credentials(world.environment(), Path.of("/credentials"), CredentialSettings.defaults());
  private final DeployFiles files = new DeployFiles(disk, credentials);
  private final List<DeployTarget> targets = new ArrayList<>();

  @BeforeEach
  void init() {
    List<Credentials.Subject> subjects = new ArrayList<>();
    for (DeployTarget.Kind kind : DeployTarget.Kind.values()) {
      String name = kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
      targets.add(new DeployTarget(name, kind, 9100 + targets.size()));
      subjects.add(new Credentials.Subject(name, List.of(name + ".example.com")));
    }
    credentials.init(subjects);
  }

  @Test
  void writesTheSameBytesASecondTime() throws IOException {
    List<Path> first = files.render(FOLDER, targets);
    List<byte[]> before = contents(first);
    assertThat(files.render(FOLDER, targets)).isEqualTo(first);
    List<byte[]> after = contents(first);
    for (int i = 0; i < before.size(); i++) {
      assertThat(after.get(i)).as(first.get(i).toString()).isEqualTo(before.get(i));
    }
  }

  @Test
  void writesHashesThatBelongToThePassword() throws IOException {
    files.render(FOLDER, targets);
    Matcher user = Pattern.compile("scrape: '(\\$2y\\$10\\$.{53})'").matcher(read("node/web-config.yml"));
    assertThat(user.find()).isTrue();
    byte[] password = credentials.login("node").password().reveal().getBytes(StandardCharsets.UTF_8);
    assertThat(BCrypt.verifyer().verify(password, user.group(1).getBytes(StandardCharsets.US_ASCII)).verified).isTrue();
  }

  @Test
  void writesYamlThatCanBeRead() throws IOException {
    files.render(FOLDER, targets);
    for (String file : List.of("node/web-config.yml", "spring-boot/application-monitoring.yml", "ansible-vars.yml")) {
      assertThat(new Load(LoadSettings.builder().build()).loadFromString(read(file))).as(file).isNotNull();
    }
  }

  @Test
  void namesEveryFileAndNoPasswordInTheReadmeAndTheVariables() throws IOException {
    List<Path> written = files.render(FOLDER, targets);
    String readme = read("README.md");
    written.stream().filter(file -> file.getNameCount() == 2).forEach(file -> assertThat(readme).contains("`" + file + "`"));
    for (DeployTarget target : targets) {
      String password = credentials.login(target.name()).password().reveal();
      assertThat(readme).doesNotContain(password);
      assertThat(read("ansible-vars.yml")).doesNotContain(password);
    }
  }

  @Test
  void acceptsTwoUsersDuringARotation() throws IOException {
    credentials.prepareRotation();
    files.render(FOLDER, targets);
    assertThat(read("node/web-config.yml")).contains("  scrape: '", "  scrape-2: '");
    assertThat(read("keycloak/keycloak.htpasswd").lines()).hasSize(2);
    assertThat(read("spring-boot/application-monitoring.yml")).contains("username: scrape\n", "username: scrape-2\n");
  }

  private List<byte[]> contents(List<Path> paths) throws IOException {
    List<byte[]> contents = new ArrayList<>();
    for (Path path : paths) {
      contents.add(disk.readAll(FOLDER.resolve(path)));
    }
    return contents;
  }

  private String read(String path) throws IOException {
    return new String(disk.readAll(FOLDER.resolve(path)), StandardCharsets.UTF_8);
  }
}
