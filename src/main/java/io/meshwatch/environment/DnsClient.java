package io.meshwatch.environment;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.DirContext;
import javax.naming.directory.InitialDirContext;
import org.jspecify.annotations.Nullable;

/** Asks DNS servers by the JDK's own client. Safe for all threads. */
final class DnsClient {
  private static final String TIMEOUT_MILLIS = "2000";
  private static final String TRIES = "2";

  private final String servers;

  /** Asks these servers ({@code dns://host:port}), or with {@code dns:} those of the system. */
  DnsClient(String servers) {
    this.servers = servers;
  }

  // The DNS provider of JNDI answers texts and deserializes nothing; the provider's URL is never from outside.
  @SuppressWarnings("BanJNDI")
  List<String> records(String name, String type) throws IOException {
    Properties settings = new Properties();
    settings.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
    settings.put(Context.PROVIDER_URL, servers);
    settings.put("com.sun.jndi.dns.timeout.initial", TIMEOUT_MILLIS);
    settings.put("com.sun.jndi.dns.timeout.retries", TRIES);
    try {
      DirContext context = new InitialDirContext(settings);
      try {
        return values(context.getAttributes(name, new String[] {type}).get(type));
      } finally {
        context.close();
      }
    } catch (NameNotFoundException e) {
      return List.of();
    } catch (NamingException e) {
      throw new IOException("the name service could not look up " + type + " records of " + name + ": " + e.getMessage(), e);
    }
  }

  private static List<String> values(@Nullable Attribute attribute) throws NamingException {
    List<String> values = new ArrayList<>();
    if (attribute != null) {
      NamingEnumeration<?> all = attribute.getAll();
      while (all.hasMore()) {
        values.add(String.valueOf(all.next()));
      }
    }
    return values;
  }
}
