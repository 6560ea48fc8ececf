package io.meshwatch.config;

import io.meshwatch.model.Secret;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.ToStringSerializer;

/** The configuration in force as people and programs read it: JSON, which is YAML too, with every default and without secrets. */
public final class ConfigText {
  private static final JsonMapper MAPPER = JsonMapper.builder()
      .addModule(new SimpleModule().addSerializer(Secret.class, ToStringSerializer.instance))
      .enable(SerializationFeature.INDENT_OUTPUT)
      .build();

  private ConfigText() {}

  public static String of(Config config) {
    return MAPPER.writeValueAsString(config);
  }
}
