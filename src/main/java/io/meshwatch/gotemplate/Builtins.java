package io.meshwatch.gotemplate;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The functions that every template has; {@code and} and {@code or} are the executor's, as they may skip arguments. */
final class Builtins {
  /** Their names, {@code and} and {@code or} included. */
  static final Set<String> NAMES;

  private static final Map<String, GoFunction> FUNCTIONS = functions();

  static {
    Set<String> names = new HashSet<>(FUNCTIONS.keySet());
    names.add("and");
    names.add("or");
    NAMES = Set.copyOf(names);
  }

  private Builtins() {}

  static @Nullable GoFunction function(String name) {
    return FUNCTIONS.get(name);
  }

  private static Map<String, GoFunction> functions() {
    Map<String, GoFunction> all = new TreeMap<>();
    all.put("not", GoFunction.of(1, a -> !Values.isTrue(a.any(0))));
    all.put("len", GoFunction.of(1, a -> length(a.any(0))));
    all.put("index", GoFunction.variadic(1, Builtins::index));
    all.put("slice", new GoFunction(1, 4, Builtins::slice));
    all.put("call", GoFunction.variadic(1, Builtins::call));
    all.put("print", GoFunction.variadic(0, a -> GoFormat.print(a.from(0))));
    all.put("println", GoFunction.variadic(0, a -> GoFormat.println(a.from(0))));
    all.put("printf", GoFunction.variadic(1, a -> GoFormat.printf(a.text(0), a.from(1), TemplateOptions.DEFAULT.outputCharactersMax())));
    all.put("html", GoFunction.variadic(0, a -> Escapes.html(joined(a))));
    all.put("js", GoFunction.variadic(0, a -> Escapes.js(joined(a))));
    all.put("urlquery", GoFunction.variadic(0, a -> Escapes.query(joined(a))));
    all.put("eq", GoFunction.variadic(1, a -> Comparison.isEqualToAny(a.any(0), a.from(1))));
    all.put("ne", GoFunction.of(2, a -> !Comparison.isEqualToAny(a.any(0), a.from(1))));
    all.put("lt", GoFunction.of(2, a -> Comparison.isLess(a.any(0), a.any(1))));
    all.put("le", GoFunction.of(2, a -> isLessOrEqual(a.any(0), a.any(1))));
    all.put("gt", GoFunction.of(2, a -> !isLessOrEqual(a.any(0), a.any(1))));
    all.put("ge", GoFunction.of(2, a -> !Comparison.isLess(a.any(0), a.any(1))));
    return Map.copyOf(all);
  }

  /** Not the negation of "greater": a comparison with NaN is false either way. */
  private static boolean isLessOrEqual(@Nullable Object a, @Nullable Object b) {
    return Comparison.isLess(a, b) || Comparison.isEqualToAny(a, Collections.singletonList(b));
  }

  private static String joined(Arguments arguments) {
    return arguments.size() == 1 && arguments.any(0) instanceof String text ? text : GoFormat.print(arguments.from(0));
  }

  private static Object length(@Nullable Object value) {
    return switch (Values.plain(value)) {
      case null -> throw new FunctionException("len of nil pointer");
      case String text -> (long) text.getBytes(StandardCharsets.UTF_8).length;
      case List<?> list -> (long) list.size();
      case Map<?, ?> map -> (long) map.size();
      case Object other -> throw new FunctionException("len of type " + Values.typeName(value));
    };
  }

  private static @Nullable Object index(Arguments arguments) {
    Object item = arguments.any(0);
    if (item == null) {
      throw new FunctionException("index of untyped nil");
    }
    for (int i = 1; i < arguments.size(); i++) {
      item = element(item, arguments, i);
    }
    return item;
  }

  private static @Nullable Object element(@Nullable Object item, Arguments arguments, int i) {
    TypedMap map = Values.map(item);
    if (map != null) {
      String key = arguments.text(i);
      return map.entries().containsKey(key) ? map.entries().get(key) : map.zero();
    }
    return switch (Values.plain(item)) {
      case null -> throw new FunctionException("index of nil pointer");
      case String text -> {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        yield (long) (bytes[position(arguments, i, bytes.length - 1)] & 0xFF);
      }
      case List<?> list -> list.get(position(arguments, i, list.size() - 1));
      case Object other -> throw new FunctionException("can't index item of type " + Values.typeName(item));
    };
  }

  private static int position(Arguments arguments, int i, int last) {
    Object index = arguments.any(i);
    if (!(index instanceof Long number)) {
      throw new FunctionException("cannot index slice/array with type " + Values.typeName(index));
    }
    if (number < 0 || number > last) {
      throw new FunctionException("index out of range: " + number);
    }
    return number.intValue();
  }

  private static Object slice(Arguments arguments) {
    Object item = Values.plain(arguments.any(0));
    int length = item == null ? 0 : ((Long) length(item)).intValue();
    if (item == null) {
      throw new FunctionException("slice of untyped nil");
    }
    int from = arguments.size() > 1 ? position(arguments, 1, length) : 0;
    int to = arguments.size() > 2 ? position(arguments, 2, length) : length;
    if (from > to) {
      throw new FunctionException("invalid slice index: " + from + " > " + to);
    }
    return switch (item) {
      case String text -> {
        if (arguments.size() > 3) {
          throw new FunctionException("cannot 3-index slice a string");
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        yield new String(bytes, from, to - from, StandardCharsets.UTF_8);
      }
      case List<?> list -> Collections.unmodifiableList(list.subList(from, to));
      default -> throw new FunctionException("can't slice item of type " + Values.typeName(item));
    };
  }

  private static @Nullable Object call(Arguments arguments) {
    Object function = arguments.any(0);
    if (function == null) {
      throw new FunctionException("call of nil");
    }
    if (!(function instanceof GoFunction callable)) {
      throw new FunctionException("non-function of type " + Values.typeName(function));
    }
    return callable.call("call", new Arguments(arguments.from(1)));
  }
}
