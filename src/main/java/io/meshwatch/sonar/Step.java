package io.meshwatch.sonar;

import io.meshwatch.sonar.meshstack.MeshStackSession;
import java.util.List;

/** One thing a user does. Steps are data; what doing them means is in {@link JourneyRunner}. */
public sealed interface Step {
  List<String> BUILT_IN_NAMES = List.of("login", "list_projects", "open_project", "tenant", "access", "replicate", "logout");

  /** The label {@code step}. */
  String name();

  /** Find the identity broker and get a token. */
  record Login() implements Step {
    @Override
    public String name() {
      return "login";
    }
  }

  /** See the customer and its projects. */
  record ListProjects(String project) implements Step {
    @Override
    public String name() {
      return "list_projects";
    }
  }

  /** Open the project. */
  record OpenProject(String project) implements Step {
    @Override
    public String name() {
      return "open_project";
    }
  }

  /** Find the project's tenant on the platform. */
  record FindTenant(String project, String platform) implements Step {
    @Override
    public String name() {
      return "tenant";
    }
  }

  /** Open the platform. */
  record OpenPlatform(MeshStackSession.AccessRequest request, SuccessCriteria criteria) implements Step {
    @Override
    public String name() {
      return "access";
    }
  }

  /** Follow the replication until it ends. */
  record FollowReplication(
      MeshStackSession.AccessRequest request, SuccessCriteria criteria, double deadlineSeconds, double pollSeconds, double youngTenantSeconds)
      implements Step {
    @Override
    public String name() {
      return "replicate";
    }
  }

  /** A request of the operator's own. */
  record Request(HttpStepSettings settings) implements Step {
    @Override
    public String name() {
      return settings.name();
    }
  }

  /** End the session. Runs also after a failure. */
  record Logout() implements Step {
    @Override
    public String name() {
      return "logout";
    }
  }
}
