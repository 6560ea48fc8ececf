package io.meshwatch.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Secret;
import io.meshwatch.notify.mail.MailSettings;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConfigTextTest {
  @Test
  void showsEverySettingButNoSecret() {
    Config d = Config.defaults();
    WebSettings web = new WebSettings(List.of(new WebSettings.User("ops", Secret.of("hunter2"))), List.of(), Optional.empty(), Optional.empty(), 60, 1000, ".*");
    Config config = new Config("test", List.of("ops@example.com"), d.additionalAlertAddresses(), Optional.<MailSettings>empty(), d.notification(), d.nodes(),
        d.components(), d.probes(), d.scrape(), 5, 10, d.rules(), d.retention(), d.store(), d.sonar(), d.credentials(), d.listen(), d.externalUrl(), web, List.of());
    String text = ConfigText.of(config);
    assertThat(text).contains("\"installation\" : \"test\"").contains("\"evaluationInterval\" : 10.0").contains("\"name\" : \"ops\"")
        .contains("\"password\" : \"<secret>\"").doesNotContain("hunter2");
  }
}
