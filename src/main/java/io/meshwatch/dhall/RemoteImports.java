package io.meshwatch.dhall;

import io.meshwatch.model.ProblemsException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Remote imports: who may import what, request headers, and fetching through {@link DhallRemote}. */
final class RemoteImports {
  /** Where users say which headers go to which host: it has the last word. */
  private static final String USER_HEADERS =
      "env:DHALL_HEADERS ? ~/.config/dhall/headers.dhall ? ([] : List { mapKey : Text, mapValue : List { mapKey : Text, mapValue : Text } })";

  private final DhallRemote remote;
  private final ImportResolver resolver;
  private @Nullable Map<String, Map<String, String>> userHeaders;
  private boolean readsUserHeaders;

  RemoteImports(DhallRemote remote, ImportResolver resolver) {
    this.remote = remote;
    this.resolver = resolver;
  }

  /** A file from elsewhere may not read local files or the environment. */
  void needSane(ImportTarget parent, ImportTarget child, Place place) {
    boolean local = child instanceof ImportTarget.Local || child instanceof ImportTarget.EnvironmentVariable;
    if (parent instanceof ImportTarget.Remote && local) {
      throw new ImportFailure(place.error("a remote file may import remote files only, got " + child));
    }
  }

  byte[] fetch(Place place, ImportTarget parent, ImportTarget.Remote url) {
    Map<String, String> headers = headers(url.headers());
    headers.putAll(userHeaders(place).getOrDefault(hostAndPort(url), Map.of()));
    DhallRemote.Answer answer;
    try {
      answer = remote.fetch(url.url(), headers);
    } catch (IOException e) {
      throw new ImportFailure(place.error("cannot import " + url.url() + ": " + e.getMessage()));
    }
    if (parent instanceof ImportTarget.Remote origin && !allows(origin, url, answer)) {
      throw new ImportFailure(place.error(url.url() + " does not allow " + origin.origin() + " to import it: expected it in the header "
          + "Access-Control-Allow-Origin"));
    }
    return answer.body();
  }

  private static boolean allows(ImportTarget.Remote parent, ImportTarget.Remote child, DhallRemote.Answer answer) {
    return parent.origin().equals(child.origin()) || answer.allowOrigin().equals("*") || answer.allowOrigin().equals(parent.origin());
  }

  private Map<String, Map<String, String>> userHeaders(Place place) {
    if (userHeaders == null) {
      if (readsUserHeaders) {
        throw new ProblemsException(place.error("the headers for remote imports may not be imported from a remote file themselves"));
      }
      readsUserHeaders = true;
      Map<String, Map<String, String>> byHost = new HashMap<>();
      for (Value.RecordLiteral host : records(Parser.parse(new Source("headers", USER_HEADERS)))) {
        Value.Entry headers = host.fields().get("mapValue");
        byHost.put(text(host, "mapKey", "mapKey"), headers == null ? Map.of() : headers(headers.value()));
      }
      userHeaders = byHost;
    }
    return userHeaders;
  }

  private static String hostAndPort(ImportTarget.Remote url) {
    String host = url.authority().substring(url.authority().lastIndexOf('@') + 1);
    boolean hasPort = host.lastIndexOf(':') > host.lastIndexOf(']');
    return hasPort ? host : host + (url.secure() ? ":443" : ":80");
  }

  /** Headers after {@code using}: a list of {@code mapKey} and {@code mapValue}. */
  private Map<String, String> headers(@Nullable Term term) {
    return term == null ? headers(Value.Unknown.HERE) : headers(resolver.closed(term).value());
  }

  private static Map<String, String> headers(Value list) {
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (Value.RecordLiteral header : records(list)) {
      headers.put(text(header, "mapKey", "header"), text(header, "mapValue", "value"));
    }
    return headers;
  }

  private List<Value.RecordLiteral> records(Term term) {
    return records(resolver.closed(term).value());
  }

  private static List<Value.RecordLiteral> records(Value value) {
    List<Value.RecordLiteral> records = new ArrayList<>();
    if (value instanceof Value.ListLiteral list) {
      list.items().forEach(item -> {
        if (item instanceof Value.RecordLiteral record) {
          records.add(record);
        }
      });
    }
    return records;
  }

  private static String text(Value.RecordLiteral record, String name, String oldName) {
    Value.Entry entry = record.fields().containsKey(name) ? record.fields().get(name) : record.fields().get(oldName);
    return entry != null && entry.value() instanceof Value.TextLiteral text && text.isPlain() ? text.text() : "";
  }
}
