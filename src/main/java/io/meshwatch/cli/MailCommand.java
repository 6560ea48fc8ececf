package io.meshwatch.cli;

import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.SystemDisk;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.notify.mail.Delivery;
import io.meshwatch.notify.mail.MailAddress;
import io.meshwatch.notify.mail.MailComposer;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.MailTransport;
import io.meshwatch.notify.mail.SmtpTransport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The way mails take. */
@Command(
    name = "mail",
    mixinStandardHelpOptions = true,
    description = "Tests the way to a mailbox.",
    subcommands = MailCommand.Test.class,
    footer = {"", "Example:", "  meshwatch mail test ops@example.com --config monitor.dhall"})
public final class MailCommand extends CommandGroup {
  @Command(name = "test", mixinStandardHelpOptions = true,
      description = "Sends a test mail and shows the whole talk with the relay; passwords and tokens are left out.",
      footer = {"", "Examples:", "  meshwatch mail test ops@example.com", "  meshwatch mail test ops@example.com --config monitor.dhall",
          "Exit code 1 if the relay does not take the mail."})
  static final class Test implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;
    @Mixin private ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "ADDRESS", description = "mailbox")
    private String address = "";

    @Option(names = "--config", paramLabel = "FILE", description = "sends from here as this configuration says, without a running meshwatch")
    private @Nullable Path config;

    @Override
    public Integer call() throws InterruptedException {
      if (!MailAddress.isValid(address)) {
        throw new CommandFailedException("expected an address such as ops@example.com, got " + address);
      }
      CommandSpec own = Objects.requireNonNull(spec);
      return config == null ? throughServer(own) : fromHere(config, own.commandLine().getOut());
    }

    private int throughServer(CommandSpec own) throws InterruptedException {
      ServerOptions.Answer answer = server.post("/api/meshwatch/v1/mail/test", JsonMapper.shared().createObjectNode().put("address", address));
      if (!answer.isFine()) {
        return answer.refused(own.commandLine().getErr());
      }
      JsonNode json = answer.json();
      List<String> lines = new ArrayList<>();
      json.path("dialogue").forEach(line -> lines.add(line.asString()));
      boolean accepted = json.path("outcome").asString("").equals("accepted");
      return print(lines, accepted, json.path("code").asInt(0), json.path("reply").asString(""), own.commandLine().getOut());
    }

    private int fromHere(Path file, PrintWriter out) throws InterruptedException {
      Config loaded = new ConfigLoader(
              new SystemDisk(), name -> Optional.ofNullable(System.getenv(name)), Path.of(System.getProperty("user.home", ".")))
          .load(file).config();
      MailSettings relay = loaded.mail().orElseThrow(() -> new CommandFailedException("no mail relay is configured in " + file + "; set monitor.mail"));
      long now = System.currentTimeMillis();
      String id = "test." + now + "@" + MailAddress.domain(relay.sender().address());
      try (SystemEnvironment system = new SystemEnvironment();
          MailTransport transport = new SmtpTransport(relay, system.environment().network(), system.environment().clock())) {
        MailTransport.Dialogue dialogue = transport.test(new MailComposer().test(loaded.installation(), address, id, now));
        Delivery delivery = dialogue.delivery();
        return print(dialogue.lines(), delivery instanceof Delivery.Accepted, delivery.code(), delivery.text(), out);
      }
    }

    private static int print(List<String> dialogue, boolean accepted, int code, String reply, PrintWriter out) {
      dialogue.forEach(line -> out.println("  " + line));
      out.println();
      out.println(accepted ? "The relay took the mail: " + reply : "The relay did not take the mail" + (code == 0 ? "" : " (" + code + ")") + ": " + reply);
      out.flush();
      return accepted ? ExitCode.FINE : ExitCode.NO;
    }
  }
}
