package io.meshwatch.promql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ElementaryTest {
  private static final double[] CORNERS = {0, -0.0, 1, -1, 0.5, -0.5, 2, Double.MIN_NORMAL, Double.MAX_VALUE, -Double.MAX_VALUE,
      Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0.7, 2.5, 21.5, 700, -746, 44.1, 1e9, 1e300, Math.PI / 2};

  private static List<String> differences(String name, DoubleUnaryOperator ours, DoubleUnaryOperator java, double relative) {
    List<String> wrong = new ArrayList<>();
    Random random = new Random(3);
    double[] inputs = random.doubles(20_000, -40, 40).toArray();
    for (int i = 0; i < inputs.length; i += 2) {
      inputs[i] = inputs[i] / 40;
    }
    for (double[] some : new double[][] {CORNERS, inputs}) {
      for (double x : some) {
        double got = ours.applyAsDouble(x);
        double wanted = java.applyAsDouble(x);
        boolean same = Double.compare(got, wanted) == 0 || Math.abs(got - wanted) <= relative * Math.abs(wanted) || (got == 0 && wanted == 0);
        if (!same) {
          wrong.add(name + "(" + x + ") = " + got + ", expected " + wanted);
        }
      }
    }
    return wrong;
  }

  @Test
  void agreesWithJavaUpToRounding() {
    List<String> wrong = new ArrayList<>();
    wrong.addAll(differences("log", Elementary::log, Math::log, 1e-15));
    wrong.addAll(differences("log10", Elementary::log10, Math::log10, 1e-15));
    wrong.addAll(differences("exp", Elementary::exp, Math::exp, 1e-14));
    wrong.addAll(differences("sin", Elementary::sin, Math::sin, 1e-14));
    wrong.addAll(differences("cos", Elementary::cos, Math::cos, 1e-14));
    wrong.addAll(differences("asin", Elementary::asin, Math::asin, 1e-14));
    wrong.addAll(differences("acos", Elementary::acos, Math::acos, 1e-12));
    wrong.addAll(differences("atan", Elementary::atan, Math::atan, 1e-15));
    wrong.addAll(differences("sinh", Elementary::sinh, Math::sinh, 1e-13));
    wrong.addAll(differences("cosh", Elementary::cosh, Math::cosh, 1e-13));
    wrong.addAll(differences("tanh", Elementary::tanh, Math::tanh, 1e-14));
    for (double y : new double[] {-3, -0.7, 0.5, 1, 2, 5.3, 1e10, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY}) {
      wrong.addAll(differences("^" + y, x -> Elementary.pow(x, y), x -> x == 1 || (x == -1 && Double.isInfinite(y)) ? 1 : Math.pow(x, y), 1e-12));
      wrong.addAll(differences("atan2 " + y, x -> Elementary.atan2(x, y), x -> Math.atan2(x, y), 1e-15));
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void invertsItsOwnHyperbolicFunctions() {
    for (double x : new double[] {-5, -0.9, -1e-9, 0.25, 0.6, 1, 3, 20}) {
      assertThat(Elementary.sinh(Elementary.asinh(x))).isCloseTo(x, org.assertj.core.data.Offset.offset(1e-13 * Math.abs(x)));
    }
    assertThat(Elementary.acosh(0.5)).isNaN();
    assertThat(Elementary.acosh(1)).isZero();
    assertThat(Elementary.atanh(1)).isInfinite();
    assertThat(Elementary.atanh(-1.5)).isNaN();
  }

  /** Values of a Prometheus 2.42, where Java's own functions differ in the last digit. */
  @Test
  void roundsAsPrometheusDoes() {
    assertThat(Elementary.log(21.571428571428573)).isEqualTo(3.0713696877596113);
    assertThat(Elementary.log10(1.0 / 7)).isEqualTo(-0.8450980400142569);
    assertThat(Elementary.log(Double.MIN_VALUE)).isEqualTo(-709.0895657128241);
    assertThat(Elementary.log10(Double.MIN_VALUE)).isEqualTo(-307.9536855642528);
    assertThat(Elementary.log2(Double.MIN_VALUE)).isEqualTo(-1074);
    assertThat(Elementary.pow(Double.MIN_VALUE, -0.25)).isEqualTo(9.736915275439818e+76);
    assertThat(Elementary.cos(3.142857142857143)).isEqualTo(-0.9999992005335528);
    assertThat(Elementary.tan(1)).isEqualTo(1.557407724654902);
    assertThat(Elementary.atan(2.7142857142857144)).isEqualTo(1.217805938967986);
    assertThat(Elementary.sinh(1.4285714285714286)).isEqualTo(1.9665414235781602);
    assertThat(Elementary.exp(709.5)).isInfinite();
    assertThat(Elementary.exp(2.7142857142857144)).isEqualTo(15.093824917000779);
    assertThat(Elementary.sin(1.4285714285714286)).isEqualTo(0.9899030763721238);
  }
}
