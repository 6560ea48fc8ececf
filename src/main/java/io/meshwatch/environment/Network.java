package io.meshwatch.environment;

import java.io.IOException;
import java.util.List;

/** HTTP to other machines. Failures of the other side are values. Safe for all threads; calls block. */
public interface Network {
  /** Sends a request and reads the answer within its limits. Connections and TLS sessions are kept and used again. */
  HttpResult exchange(HttpCall call) throws InterruptedException;

  /**
   * Sends a request and hands over each line of an answer with status 200 as it arrives, until the other side ends it or the time is over.
   * The result then has an empty body; answers with another status are read whole. {@code bodyBytesMax} limits one line.
   */
  default HttpResult lines(HttpCall call, LineTaker taker) throws InterruptedException {
    HttpResult result = exchange(call);
    if (result instanceof HttpResult.Answer answer && answer.status() == 200) {
      answer.text().lines().forEach(taker::take);
    }
    return result;
  }

  /** Takes the lines of an answer. */
  @FunctionalInterface
  interface LineTaker {
    /** Takes one line, without its end. An unchecked exception ends the exchange and reaches its caller. */
    void take(String line);
  }

  /**
   * Asks the name service for the records of a name.
   *
   * @param type A, AAAA, MX, NS, SRV…
   * @return the records in DNS' own text form, such as {@code 10 5 9100 host.example.com.} for SRV; none if the name does not exist
   * @throws IOException with the reason in one sentence if the name service does not answer
   */
  default List<String> records(String name, String type) throws IOException {
    throw new IOException("this network has no name service");
  }

  /** Asks one name server one question. */
  default DnsResult ask(DnsCall call) {
    throw new UnsupportedOperationException("this network asks no name servers");
  }

  /** Opens a connection and closes it again, to see whether and how it can be opened. */
  default ConnectResult connect(ConnectCall call) throws InterruptedException {
    throw new UnsupportedOperationException("this network opens no connections without a request");
  }
}
