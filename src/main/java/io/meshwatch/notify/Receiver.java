package io.meshwatch.notify;

import java.util.List;

/**
 * A name for a set of destinations.
 *
 * @param name what routes call it
 * @param destinations each told on its own; empty = nothing is sent
 */
public record Receiver(String name, List<Destination> destinations) {}
