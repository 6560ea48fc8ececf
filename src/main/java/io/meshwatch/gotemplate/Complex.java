package io.meshwatch.gotemplate;

/** A complex number, which Go's templates have as constants. */
record Complex(double real, double imaginary) {}
