package io.meshwatch.sonar;

import io.meshwatch.sonar.meshstack.Json;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Error budgets as JSON: what the API and {@code sonar budget -o json} show. */
public final class BudgetJson {
  private BudgetJson() {}

  /** One target's budgets. What is {@code left} is said besides what it is made of. */
  public static ObjectNode write(ErrorBudget budget) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.set("target", RunJson.write(budget.target()));
    json.put("intervalMillis", budget.intervalMillis());
    json.set("availability", part(budget.availability()));
    json.set("replication", part(budget.replication()).put("seconds", budget.replicationSeconds()));
    json.put("flaky", budget.flaky());
    json.putObject("leftOut").put("restarts", budget.restarts()).put("maintenance", budget.maintenance()).put("errors", budget.errors());
    return json;
  }

  private static ObjectNode part(ErrorBudget.Part part) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("objective", part.objective()).put("all", part.all()).put("bad", part.bad()).put("allowed", part.allowed()).put("left", part.left());
    ArrayNode burns = json.putArray("burns");
    part.burns().forEach(burn -> burns.addObject().put("span", burn.span()).put("all", burn.all()).put("bad", burn.bad()).put("rate", burn.rate())
        .put("telling", burn.telling()));
    return json;
  }

  /** What {@link #write} wrote. */
  public static ErrorBudget read(JsonNode json) {
    JsonNode leftOut = json.path("leftOut");
    return new ErrorBudget(RunJson.target(json.path("target")), json.path("intervalMillis").asLong(0), readPart(json.path("availability")),
        readPart(json.path("replication")), json.path("replication").path("seconds").asDouble(0), json.path("flaky").asLong(0),
        leftOut.path("restarts").asLong(0), leftOut.path("maintenance").asLong(0), leftOut.path("errors").asLong(0));
  }

  private static ErrorBudget.Part readPart(JsonNode json) {
    List<ErrorBudget.Burn> burns = json.path("burns").valueStream()
        .map(burn -> new ErrorBudget.Burn(burn.path("span").asString(""), burn.path("all").asLong(0), burn.path("bad").asLong(0),
            burn.path("rate").asDouble(0), burn.path("telling").asBoolean(false)))
        .toList();
    return new ErrorBudget.Part(json.path("objective").asDouble(0), json.path("all").asLong(0), json.path("bad").asLong(0),
        json.path("allowed").asDouble(0), burns);
  }
}
