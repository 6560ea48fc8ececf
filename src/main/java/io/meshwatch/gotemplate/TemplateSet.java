package io.meshwatch.gotemplate;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Templates that know each other by name. Parsed once, executed any number of times with other data and functions. Immutable
 * and safe for all threads.
 *
 * <p>The language is that of Go's text/template: actions, pipelines, variables, {@code if}, {@code with}, {@code range} with
 * {@code break} and {@code continue}, {@code define}, {@code template}, {@code block}, trim markers, comments and all built-in
 * functions, with Go's types and truth. Values are as {@link Values} lists them.
 *
 * @see <a href="https://pkg.go.dev/text/template">text/template</a>
 */
public final class TemplateSet {
  /** Longest text of one template, in characters. */
  public static final int TEXT_CHARACTERS_MAX = 1 << 20;

  private final Set<String> functions;
  private final Map<String, Definition> definitions;

  private TemplateSet(Set<String> functions, Map<String, Definition> definitions) {
    this.functions = functions;
    this.definitions = definitions;
  }

  /** A set without templates whose texts may call these functions besides the built-in ones. */
  public static TemplateSet withFunctions(Set<String> names) {
    Set<String> all = new HashSet<>(names);
    all.addAll(Builtins.NAMES);
    return new TemplateSet(Set.copyOf(all), Map.of());
  }

  /**
   * This set with the templates of a text: one under the name given, and those that it defines. A template of the same name is
   * replaced, unless the new one is empty.
   *
   * @throws TemplateException if the text is no template, with its line
   */
  public TemplateSet parse(String name, String text) {
    if (text.length() > TEXT_CHARACTERS_MAX) {
      throw new TemplateException("template: " + name + ": text has more than " + TEXT_CHARACTERS_MAX + " characters", 1);
    }
    Map<String, Definition> all = new HashMap<>(definitions);
    new Parser(name, text, functions).parse().forEach((defined, definition) -> {
      if (!all.containsKey(defined) || !definition.nodes().isEmpty()) {
        all.put(defined, definition);
      }
    });
    return new TemplateSet(functions, Map.copyOf(all));
  }

  /** Whether there is a template of this name. */
  public boolean has(String name) {
    return definitions.containsKey(name);
  }

  @Nullable Definition definition(String name) {
    return definitions.get(name);
  }

  /**
   * The text that a template gives.
   *
   * @param name the template
   * @param data dot and {@code $}
   * @param bodies the functions named when the set was made; they come before built-in ones of the same name
   * @throws TemplateException if it cannot be executed, with place and part of the text
   */
  public String execute(String name, @Nullable Object data, Map<String, GoFunction> bodies, TemplateOptions options) {
    return execute(name, data, bodies, options, null);
  }

  /**
   * The HTML that a template gives: as {@link #execute}, with each value escaped for its place in the document, as Go's html/template
   * does.
   */
  public String executeHtml(String name, @Nullable Object data, Map<String, GoFunction> bodies, TemplateOptions options) {
    return execute(name, data, bodies, options, new HtmlContext());
  }

  private String execute(
      String name, @Nullable Object data, Map<String, GoFunction> bodies, TemplateOptions options, @Nullable HtmlContext html) {
    Definition definition = definitions.get(name);
    if (definition == null) {
      throw new TemplateException("template: no template " + Values.quote(name) + " in this set", 0);
    }
    return new Executor(this, definition, bodies, options, html).execute(data);
  }
}
