package io.meshwatch.promql;

/** A part of an expression's text: characters from {@code start} (inclusive) to {@code end} (exclusive), from 0. */
public record Position(int start, int end) {}
