package io.meshwatch.scrape;

/**
 * A name with a text, such as a label; named as Dhall's {@code toMap} names its entries, so that {@code toMap { env = "prod" }}
 * can be written.
 *
 * @param mapKey the name
 * @param mapValue the text
 */
public record TextEntry(String mapKey, String mapValue) {}
