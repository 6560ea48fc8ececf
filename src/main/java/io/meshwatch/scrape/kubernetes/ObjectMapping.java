package io.meshwatch.scrape.kubernetes;

import tools.jackson.databind.JsonNode;

/** Makes targets of an object of one kind. Fields are named as in the Kubernetes API reference. */
interface ObjectMapping {
  /** The targets of this object; none if it cannot be asked at present. */
  ObjectTargets targets(JsonNode object);
}
