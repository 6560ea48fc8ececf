package io.meshwatch.dhall;

import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Turns a {@link DhallValue} into Java records, fields to components by name ({@code scan-interval} is {@code scanInterval}).
 *
 * <p>Components may be String, boolean, int, long, double, enums (from an alternative or a Text), records, sealed interfaces (from a union;
 * the alternative names the record), {@code List}, {@code Optional}, {@code Map<String, …>}, {@link DhallValue} itself, and whatever a
 * converter was given for. A field that is left out takes the component's value in the record's {@code public static X defaults()}; a
 * record without that needs all components but {@code Optional}, {@code List} and {@code Map}. Unknown fields are mistakes.
 *
 * <p>Messages never show the content of a text where a secret could stand. Immutable and safe for all threads.
 */
public final class DhallBinder {
  private final Map<Class<?>, Converter<?>> converters;

  /** Makes one type from a value. */
  @FunctionalInterface
  public interface Converter<T> {
    /** The converted value, or empty after a mistake was reported. */
    Optional<T> convert(DhallValue value, Report report);
  }

  /** Takes what is wrong with a value. */
  public interface Report {
    void error(Place place, String message);

    void warning(Place place, String message);
  }

  /**
   * A bound value.
   *
   * @param value the record
   * @param warnings what deserves attention
   * @param places where each component was written, by path ({@code sonar.targets[0].url}); a default has none
   */
  public record Bound<T>(T value, List<Problem> warnings, Map<String, Place> places) {}

  /**
   * A value bound as far as it goes, so that what is right in it can be checked further.
   *
   * @param value the record, with defaults in place of what is mistaken; empty if not even that can be made
   * @param problems mistakes and warnings, sorted by place
   * @param places as in {@link Bound}
   * @param replaced paths of the components that hold a default because of a mistake; more checks of them would only repeat it
   */
  public record Attempt<T>(Optional<T> value, List<Problem> problems, Map<String, Place> places, Set<String> replaced) {}

  public DhallBinder() {
    this(Map.of());
  }

  private DhallBinder(Map<Class<?>, Converter<?>> converters) {
    this.converters = converters;
  }

  /** This binder with a converter for one more type. */
  public <T> DhallBinder withConverter(Class<T> type, Converter<T> converter) {
    Map<Class<?>, Converter<?>> all = new HashMap<>(converters);
    all.put(type, converter);
    return new DhallBinder(Map.copyOf(all));
  }

  /** Binds a value; throws with all mistakes and warnings, sorted by place, if there is any mistake. */
  public <T> Bound<T> bind(DhallValue value, Class<T> type) {
    Attempt<T> attempt = attempt(value, type);
    if (attempt.value().isEmpty() || attempt.problems().stream().anyMatch(problem -> !problem.warning())) {
      throw new ProblemsException(attempt.problems());
    }
    return new Bound<>(attempt.value().get(), attempt.problems(), attempt.places());
  }

  /** Binds a value as far as it goes. */
  public <T> Attempt<T> attempt(DhallValue value, Class<T> type) {
    Binding binding = new Binding();
    Object bound = binding.bind("", value, type);
    List<Problem> problems = binding.problems.stream().sorted(Problem.BY_PLACE).toList();
    return new Attempt<>(Optional.ofNullable(bound).map(type::cast), problems, binding.places, binding.replaced);
  }

  /** One run. Methods return null after they reported a mistake. */
  private final class Binding implements Report {
    private final List<Problem> problems = new ArrayList<>();
    private final Map<String, Place> places = new LinkedHashMap<>();
    private final Set<String> replaced = new HashSet<>();

    @Override
    public void error(Place place, String message) {
      problems.add(place.error(message));
    }

    @Override
    public void warning(Place place, String message) {
      problems.add(place.warning(message));
    }

    @Nullable Object bind(String path, DhallValue value, Type type) {
      if (type instanceof ParameterizedType generic) {
        return generic(path, value, generic);
      }
      Class<?> target = (Class<?>) type;
      Converter<?> converter = converters.get(target);
      if (converter != null) {
        return converter.convert(value, this).orElse(null);
      }
      if (target == DhallValue.class) {
        return value;
      }
      if (value instanceof DhallValue.OptionalValue optional) {
        return optional.value().isPresent()
            ? bind(path, optional.value().get(), type)
            : mismatch(path, value, expected(target), "None");
      }
      if (target.isEnum()) {
        return enumeration(path, value, target);
      }
      if (target.isRecord()) {
        return record(path, value, target);
      }
      return target.isSealed() ? sealed(path, value, target) : scalar(path, value, target);
    }

    private @Nullable Object mismatch(String path, DhallValue value, String expected, String got) {
      error(value.place(), named(path) + "expected " + expected + ", got " + got);
      return null;
    }

    private static String named(String path) {
      return path.isEmpty() ? "" : "`" + path + "`: ";
    }

    private static String expected(Class<?> target) {
      return switch (target.getSimpleName()) {
        case "String" -> "a Text";
        case "boolean", "Boolean" -> "a Bool";
        case "int", "Integer", "long", "Long" -> "a whole number";
        case "double", "Double" -> "a number";
        default -> target.isRecord() ? "a record" : "one of the alternatives";
      };
    }

    private @Nullable Object scalar(String path, DhallValue value, Class<?> target) {
      return switch (target.getSimpleName()) {
        case "String" -> value instanceof DhallValue.TextValue text ? text.text() : wrong(path, value, target);
        case "boolean", "Boolean" -> value instanceof DhallValue.BoolValue bool ? bool.value() : wrong(path, value, target);
        case "int", "Integer" -> {
          BigInteger number = whole(path, value, target, Integer.MAX_VALUE, Integer.MIN_VALUE);
          yield number == null ? null : (Object) number.intValueExact();
        }
        case "long", "Long" -> {
          BigInteger number = whole(path, value, target, Long.MAX_VALUE, Long.MIN_VALUE);
          yield number == null ? null : (Object) number.longValueExact();
        }
        case "double", "Double" -> number(path, value, target);
        default -> throw new IllegalArgumentException("no settings can have the type " + target.getName() + ": give a converter for it");
      };
    }

    private @Nullable Object wrong(String path, DhallValue value, Class<?> target) {
      return mismatch(path, value, expected(target), value.kind());
    }

    private @Nullable BigInteger whole(String path, DhallValue value, Class<?> target, long max, long min) {
      BigInteger number =
          switch (value) {
            case DhallValue.NaturalValue natural -> natural.value();
            case DhallValue.IntegerValue integer -> integer.value();
            default -> null;
          };
      if (number == null) {
        wrong(path, value, target);
        return null;
      }
      if (number.compareTo(BigInteger.valueOf(max)) > 0 || number.compareTo(BigInteger.valueOf(min)) < 0) {
        mismatch(path, value, "a whole number from " + min + " to " + max, number.toString());
        return null;
      }
      return number;
    }

    private @Nullable Object number(String path, DhallValue value, Class<?> target) {
      return switch (value) {
        case DhallValue.DoubleValue number -> number.value();
        case DhallValue.NaturalValue natural -> natural.value().doubleValue();
        case DhallValue.IntegerValue integer -> integer.value().doubleValue();
        default -> wrong(path, value, target);
      };
    }

    private @Nullable Object enumeration(String path, DhallValue value, Class<?> target) {
      String name =
          switch (value) {
            case DhallValue.AlternativeValue alternative when alternative.payload().isEmpty() -> alternative.name();
            case DhallValue.TextValue text -> text.text();
            default -> null;
          };
      List<String> names = Arrays.stream(target.getEnumConstants()).map(constant -> ((Enum<?>) constant).name()).toList();
      if (name == null) {
        return mismatch(path, value, "one of " + String.join(", ", names), value.kind());
      }
      for (Object constant : target.getEnumConstants()) {
        if (Nearest.plain(((Enum<?>) constant).name()).equals(Nearest.plain(name))) {
          return constant;
        }
      }
      return mismatch(path, value, "one of " + String.join(", ", names), "`" + name + "`" + didYouMean(name, names));
    }

    private static String didYouMean(String name, List<String> known) {
      String hint = Nearest.hint(name, known);
      return hint.startsWith("; did") ? hint : "";
    }

    private @Nullable Object generic(String path, DhallValue value, ParameterizedType type) {
      Type[] arguments = type.getActualTypeArguments();
      if (type.getRawType() == List.class) {
        return list(path, value, arguments[0]);
      }
      if (type.getRawType() == Optional.class) {
        return optional(path, value, arguments[0]);
      }
      if (type.getRawType() == Map.class && arguments[0] == String.class) {
        return map(path, value, arguments[1]);
      }
      throw new IllegalArgumentException("no settings can have the type " + type);
    }

    private @Nullable Object optional(String path, DhallValue value, Type type) {
      if (value instanceof DhallValue.OptionalValue optional && optional.value().isEmpty()) {
        return Optional.empty();
      }
      DhallValue inner = value instanceof DhallValue.OptionalValue optional ? optional.value().orElse(value) : value;
      Object bound = bind(path, inner, type);
      return bound == null ? null : Optional.of(bound);
    }

    private @Nullable Object list(String path, DhallValue value, Type type) {
      if (!(value instanceof DhallValue.ListValue list)) {
        return mismatch(path, value, "a List", value.kind());
      }
      List<Object> items = new ArrayList<>();
      for (int i = 0; i < list.items().size(); i++) {
        DhallValue item = list.items().get(i);
        String itemPath = path + "[" + i + "]";
        places.put(itemPath, item.place());
        Object bound = bind(itemPath, item, type);
        if (bound == null) {
          // Later items move up, so their paths no longer fit.
          replaced.add(path);
        } else {
          items.add(bound);
        }
      }
      return List.copyOf(items);
    }

    private @Nullable Object map(String path, DhallValue value, Type type) {
      Map<String, DhallValue> entries =
          switch (value) {
            case DhallValue.RecordValue record -> fields(record);
            case DhallValue.ListValue list -> mapEntries(path, list);
            default -> null;
          };
      if (entries == null) {
        return mismatch(path, value, "a record or a list of mapKey and mapValue", value.kind());
      }
      Map<String, Object> map = new LinkedHashMap<>();
      for (Map.Entry<String, DhallValue> entry : entries.entrySet()) {
        Object bound = bind(join(path, entry.getKey()), entry.getValue(), type);
        if (bound == null) {
          replaced.add(path);
        } else {
          map.put(entry.getKey(), bound);
        }
      }
      return Collections.unmodifiableMap(map);
    }

    private static Map<String, DhallValue> fields(DhallValue.RecordValue record) {
      Map<String, DhallValue> entries = new LinkedHashMap<>();
      record.fields().forEach((name, field) -> entries.put(name, field.value()));
      return entries;
    }

    private Map<String, DhallValue> mapEntries(String path, DhallValue.ListValue list) {
      Map<String, DhallValue> entries = new LinkedHashMap<>();
      for (DhallValue item : list.items()) {
        if (item instanceof DhallValue.RecordValue entry && entry.field("mapKey").orElse(null) instanceof DhallValue.TextValue key
            && entry.field("mapValue").isPresent()) {
          if (entries.put(key.text(), entry.field("mapValue").get()) != null) {
            error(item.place(), named(path) + "the key `" + key.text() + "` is there twice");
          }
        } else {
          mismatch(path, item, "a record of mapKey (a Text) and mapValue", item.kind());
        }
      }
      return entries;
    }

    private @Nullable Object sealed(String path, DhallValue value, Class<?> target) {
      Class<?>[] permitted = target.getPermittedSubclasses();
      List<String> names = Arrays.stream(permitted).map(Class::getSimpleName).toList();
      String name = value instanceof DhallValue.AlternativeValue alternative ? alternative.name() : null;
      if (name == null) {
        return mismatch(path, value, "one of the alternatives " + String.join(", ", names), value.kind());
      }
      for (Class<?> candidate : permitted) {
        if (Nearest.plain(candidate.getSimpleName()).equals(Nearest.plain(name))) {
          return alternative(path, (DhallValue.AlternativeValue) value, candidate);
        }
      }
      return mismatch(path, value, "one of the alternatives " + String.join(", ", names), "`" + name + "`" + didYouMean(name, names));
    }

    /** A payload that is a record gives the components; any other payload is the only component. */
    private @Nullable Object alternative(String path, DhallValue.AlternativeValue alternative, Class<?> target) {
      DhallValue payload = alternative.payload().orElse(new DhallValue.RecordValue(alternative.place(), new TreeMap<>()));
      RecordComponent[] components = target.getRecordComponents();
      if (!target.isRecord() || payload instanceof DhallValue.RecordValue || components.length != 1) {
        return bind(path, payload, target);
      }
      Object only = bind(join(path, components[0].getName()), payload, components[0].getGenericType());
      return only == null ? null : construct(target, components, new Object[] {only});
    }

    private @Nullable Object record(String path, DhallValue value, Class<?> target) {
      if (!(value instanceof DhallValue.RecordValue record)) {
        return wrong(path, value, target);
      }
      RecordComponent[] components = target.getRecordComponents();
      List<String> names = Arrays.stream(components).map(RecordComponent::getName).toList();
      Map<String, DhallValue.Field> fields = matched(path, record, names);
      Object defaults = defaults(target);
      Object[] arguments = new Object[components.length];
      boolean complete = true;
      for (int i = 0; i < components.length; i++) {
        Object bound = component(path, record, components[i], fields.get(components[i].getName()), defaults);
        if (bound == null) {
          complete = false;
        } else {
          arguments[i] = bound;
        }
      }
      return complete ? construct(target, components, arguments) : null;
    }

    /** Fields by the component they belong to; reports those that belong to none. */
    private Map<String, DhallValue.Field> matched(String path, DhallValue.RecordValue record, List<String> components) {
      Map<String, DhallValue.Field> fields = new HashMap<>();
      record.fields().forEach((name, field) -> {
        String component = components.contains(name) ? name : camelCase(name);
        if (!components.contains(component)) {
          error(field.place(), "unknown field `" + name + "`" + Nearest.hint(name, components));
          // Whatever was meant, it now has its default.
          components.stream().filter(known -> Nearest.hint(name, List.of(known)).startsWith("; did")).forEach(known -> replaced.add(join(path, known)));
        } else if (fields.put(component, field) != null) {
          error(field.place(), "the field `" + component + "` is there twice, once as `" + name + "`");
        }
      });
      return fields;
    }

    private @Nullable Object component(
        String path, DhallValue.RecordValue record, RecordComponent component, DhallValue.@Nullable Field field, @Nullable Object defaults) {
      boolean given = field != null && !(isNone(field.value()) && component.getType() != Optional.class);
      if (field != null && given) {
        String inner = join(path, component.getName());
        places.put(inner, field.place());
        Object bound = bind(inner, field.value(), component.getGenericType());
        return bound == null ? replacement(inner, component, defaults) : bound;
      }
      if (defaults != null) {
        return read(component, defaults);
      }
      Object empty = empty(component.getType());
      if (empty == null) {
        error(record.place(), named(path) + "the field `" + component.getName() + "` is missing: expected " + expected(component.getType()));
        return replacement(join(path, component.getName()), component, null);
      }
      return empty;
    }

    private @Nullable Object replacement(String path, RecordComponent component, @Nullable Object defaults) {
      replaced.add(path);
      return defaults == null ? placeholder(component.getType()) : read(component, defaults);
    }

    /** Any value of a type, only there so that its neighbours can be checked. */
    private static @Nullable Object placeholder(Class<?> type) {
      Object empty = empty(type);
      if (empty != null) {
        return empty;
      }
      return switch (type.getSimpleName()) {
        case "String" -> "";
        case "boolean", "Boolean" -> false;
        case "int", "Integer" -> 0;
        case "long", "Long" -> 0L;
        case "double", "Double" -> 0.0;
        default -> type.isEnum() ? type.getEnumConstants()[0] : type.isRecord() ? defaults(type) : null;
      };
    }

    private static boolean isNone(DhallValue value) {
      return value instanceof DhallValue.OptionalValue optional && optional.value().isEmpty();
    }

    private static @Nullable Object empty(Class<?> type) {
      if (type == Optional.class) {
        return Optional.empty();
      }
      if (type == List.class) {
        return List.of();
      }
      return type == Map.class ? Map.of() : null;
    }

    private static String join(String path, String name) {
      return path.isEmpty() ? name : path + "." + name;
    }
  }

  /** {@code scan-interval} and {@code scan_interval} are {@code scanInterval}. */
  static String camelCase(String name) {
    StringBuilder camel = new StringBuilder(name.length());
    boolean upper = false;
    for (int i = 0; i < name.length(); i++) {
      char character = name.charAt(i);
      if (character == '-' || character == '_') {
        upper = !camel.isEmpty();
      } else {
        camel.append(upper ? Character.toUpperCase(character) : character);
        upper = false;
      }
    }
    return camel.toString();
  }

  private static @Nullable Object defaults(Class<?> type) {
    try {
      return type.getMethod("defaults").invoke(null);
    } catch (NoSuchMethodException e) {
      return null;
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("defaults() of " + type.getName() + " must be public and must not fail", e);
    }
  }

  private static Object read(RecordComponent component, Object record) {
    try {
      return component.getAccessor().invoke(record);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException("cannot read " + component + ": settings records must be public", e);
    }
  }

  private static Object construct(Class<?> type, RecordComponent[] components, Object[] arguments) {
    Class<?>[] types = Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      return type.getConstructor(types).newInstance(arguments);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + type.getName() + ": settings records must be public and must not fail", e);
    }
  }
}
