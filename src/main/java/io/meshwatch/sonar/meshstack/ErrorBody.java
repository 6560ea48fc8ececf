package io.meshwatch.sonar.meshstack;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What an answer says about an error, in any of the forms that meshStack and OAuth servers have used; parts that it does not name are empty.
 *
 * @param code {@code errorCode}, or the older {@code error}
 * @param id {@code errorId}
 * @param message {@code message}, or OAuth's {@code error_description}
 * @param remarks remarks of a replication
 */
record ErrorBody(String code, String id, String message, List<String> remarks) {
  private static final int REMARKS_MAX = 20;
  private static final ErrorBody NONE = new ErrorBody("", "", "", List.of());

  static ErrorBody of(String body) {
    Optional<JsonNode> json = Json.parse(body);
    return json.filter(JsonNode::isObject).map(ErrorBody::of).orElse(NONE);
  }

  static ErrorBody of(JsonNode json) {
    return new ErrorBody(
        Json.firstText(json, "errorCode", "error"),
        Json.firstText(json, "errorId"),
        Json.firstText(json, "message", "error_description", "error.message"),
        remarks(json));
  }

  /** User remarks wherever they are: at the top, below {@code replication} or beside each step. System remarks are not for users. */
  static List<String> remarks(JsonNode json) {
    List<String> remarks = new ArrayList<>();
    for (String path : new String[] {"remarks", "userRemark", "userRemarks", "remark", "replication.remarks", "replication.userRemark",
        "replicationStatus.remarks"}) {
      collect(Json.at(json, path), remarks);
    }
    for (String path : new String[] {"steps", "replication.steps", "replicationSteps"}) {
      Json.at(json, path).forEach(step -> collect(step.path("userRemark"), remarks));
    }
    return remarks.stream().distinct().limit(REMARKS_MAX).toList();
  }

  private static void collect(JsonNode node, List<String> into) {
    if (node.isString() && !node.stringValue().isBlank()) {
      into.add(node.stringValue());
    } else if (node.isArray()) {
      node.forEach(element -> collect(element.isObject() ? element.path("userRemark") : element, into));
      node.forEach(element -> collect(element.path("message"), into));
    }
  }
}
