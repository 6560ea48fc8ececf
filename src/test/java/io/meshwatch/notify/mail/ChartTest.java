package io.meshwatch.notify.mail;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import jakarta.mail.Session;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Properties;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChartTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final Curve CURVE = new Curve(new long[] {NOW - 3_600_000, NOW - 1_800_000, NOW}, new double[] {0.2, 0.5, 0.95});

  private static Alert alert(String expressionUrl) {
    return new Alert(Labels.of("alertname", "DiskFull", "host", "db-1", "severity", "critical"), Labels.of("summary", "Disk is full"),
        NOW - 60_000, NOW + 60_000, NOW, expressionUrl, OptionalDouble.of(0.95));
  }

  @ParameterizedTest
  @CsvSource(delimiter = '~', value = {
    "g0.expr=x+%3E+0.9&g0.tab=1 ~ x > 0.9",
    "g0.expr=%28a+%2F+b+%3C%3D+-1%29+and+c ~ a / b <= -1",
    "expr=5+%3C+x ~ x > 5",
    "g0.expr=x+%3E+y ~ x > none",
    "g0.expr=up ~ none",
    "g0.expr=%28%28 ~ none",
    "x=1 ~ none"
  })
  void readsWhatIsComparedFromTheLink(String query, String expected) {
    String read = AlertExpression.of(alert("http://watch/graph?" + query))
        .map(e -> e.compared() + " " + e.operator() + " " + (e.threshold().isPresent() ? AlertWords.number(e.threshold().getAsDouble()) : "none"))
        .orElse("none");
    assertThat(read).isEqualTo(expected);
  }

  @Test
  void showsTheValueBesideTheThreshold() {
    assertThat(AlertWords.value(alert("http://watch/graph?g0.expr=x+%3E+0.9"))).isEqualTo("0.95 (threshold > 0.9)");
    assertThat(AlertWords.value(alert(""))).isEqualTo("0.95");
  }

  @Test
  void drawsAPictureThatProgramsCanRead() throws Exception {
    var image = ImageIO.read(new ByteArrayInputStream(PngChart.draw(CURVE, OptionalDouble.of(0.9))));
    assertThat(image.getWidth()).isEqualTo(PngChart.WIDTH);
    assertThat(image.getHeight()).isEqualTo(PngChart.HEIGHT);
    assertThat(image.getRGB(0, PngChart.HEIGHT - 7) & 0xFFFFFF).as("the curve begins low").isEqualTo(0x0A58CA);
    long red = 0;
    for (int x = 0; x < image.getWidth(); x++) {
      for (int y = 0; y < image.getHeight(); y++) {
        red += (image.getRGB(x, y) & 0xFFFFFF) == 0xCF222E ? 1 : 0;
      }
    }
    assertThat(red).as("the threshold").isBetween(200L, 500L);
  }

  @Test
  void drawsCurvesWithGapsAndWithoutAnyRange() throws Exception {
    Curve flat = new Curve(new long[] {1, 2, 3}, new double[] {7, Double.NaN, 7});
    assertThat(ImageIO.read(new ByteArrayInputStream(PngChart.draw(flat, OptionalDouble.empty())))).isNotNull();
  }

  @Test
  void putsThePictureIntoTheMail() throws Exception {
    Alert alert = alert("http://watch/graph?g0.expr=x+%3E+0.9");
    AlertMail mail = new AlertMail("prod", "https://watch", ZoneId.of("Europe/Berlin"), NOW, List.of(alert), List.of(), List.of(), List.of(), 0, 20, Map.of(),
        Map.of(alert.labels(), new AlertMail.Chart(CURVE, OptionalDouble.of(0.9))));
    MailMessage message = new MailComposer().compose(mail, "ops@example.com", "a@b", List.of());
    String id = message.images().keySet().iterator().next();
    assertThat(message.html()).contains("<img src=\"cid:" + id + "\"", "Since 22:13: lowest 0.2, highest 0.95, threshold (dashed) 0.9");
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    MimeWriter.write(Session.getInstance(new Properties()), MailSettings.plain("x", 25, "m@example.com"), message).writeTo(out);
    assertThat(out.toString(StandardCharsets.US_ASCII)).contains("multipart/alternative", "multipart/related", "Content-ID: <" + id + ">", "image/png");
  }
}
