/**
 * Floor 1. The configuration language Dhall, from source text to Java records: parse, resolve imports, infer types, normalise,
 * bind. Every mistake is a {@link io.meshwatch.model.Problem} with its place. Open {@link io.meshwatch.dhall.DhallLoader} first,
 * then {@link io.meshwatch.dhall.DhallBinder}; the way inside is {@code Parser → ImportResolver → TypeChecker → Evaluator}.
 */
@NullMarked
package io.meshwatch.dhall;

import org.jspecify.annotations.NullMarked;
