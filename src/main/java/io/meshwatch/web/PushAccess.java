package io.meshwatch.web;

import io.meshwatch.environment.BasicAuthHeader;
import io.meshwatch.environment.HttpHandler;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * Who may push metrics.
 *
 * @param login asked for pushes where the page itself asks for no login; empty = no further login
 * @param pushOnlyUsers users of the page who may push and nothing else
 */
public record PushAccess(Optional<BiPredicate<String, String>> login, Set<String> pushOnlyUsers) {
  /** Whoever may use the page may push. */
  public static final PushAccess AS_THE_PAGE = new PushAccess(Optional.empty(), Set.of());

  private static final String PUSH_PATH = "/metrics/job";

  Routes.Endpoint guarded(Routes.Endpoint push) {
    return call -> {
      boolean allowed = login.isEmpty() || call.request().header("Authorization").flatMap(BasicAuthHeader::parse)
          .filter(pair -> login.get().test(pair.username(), pair.password())).isPresent();
      if (allowed) {
        push.answer(call);
      } else {
        call.reply().status(401).header("WWW-Authenticate", "Basic realm=\"meshwatch\"").send("text/plain; charset=utf-8", "Unauthorized\n");
      }
    };
  }

  /** Keeps those who may only push from everything else. */
  HttpHandler restricting(HttpHandler everything) {
    return (request, reply) -> {
      boolean elsewhere = !request.path().startsWith(PUSH_PATH);
      if (elsewhere && request.user().filter(pushOnlyUsers::contains).isPresent()) {
        reply.status(403).send("text/plain; charset=utf-8", "this user may only push metrics\n");
      } else {
        everything.handle(request, reply);
      }
    };
  }
}
