package io.meshwatch.deploy;

import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.StoreUnavailableException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes when each certificate of the deployment ends to the store, whether or not somebody scrapes meshwatch itself. They also stand
 * there as if each had been probed, so that the shipped alert {@code CertExpires} watches them like all other certificates.
 */
public final class CertificateSeries {
  private static final Logger LOG = LoggerFactory.getLogger(CertificateSeries.class);

  private static final String JOB = "deployment-certificates";

  private final Credentials credentials;
  private final Supplier<Appender> appenders;
  private final String instance;

  /**
   * A writer.
   *
   * @param instance the label {@code instance} of the series
   */
  public CertificateSeries(Credentials credentials, Supplier<Appender> appenders, String instance) {
    this.credentials = credentials;
    this.appenders = appenders;
    this.instance = instance;
  }

  /** Writes the end of every certificate and of the authority. */
  public void write(long atMillis) {
    Appender appender = appenders.get();
    for (Credentials.Entry entry : credentials.list()) {
      boolean certificate = !entry.what().equals("password");
      entry.endMillis().filter(end -> certificate && end > 0).ifPresent(end -> {
        append(appender, Labels.of(Labels.METRIC_NAME, Credentials.EXPIRY_METRIC, Labels.JOB, "meshwatch", Labels.INSTANCE, instance, "subject",
            entry.name()), atMillis, end / 1000.0);
        append(appender, probed("probe_ssl_earliest_cert_expiry", entry.name()), atMillis, end / 1000.0);
        append(appender, probed("probe_success", entry.name()), atMillis, 1);
      });
    }
    try {
      appender.commit();
    } catch (StoreUnavailableException e) {
      LOG.debug("the ends of certificates could not be stored: {}", e.getMessage());
    }
  }

  private static Labels probed(String name, String subject) {
    return Labels.of(Labels.METRIC_NAME, name, Labels.JOB, JOB, Labels.INSTANCE, subject);
  }

  private static void append(Appender appender, Labels labels, long atMillis, double value) {
    appender.append(appender.series(labels), atMillis, value);
  }
}
