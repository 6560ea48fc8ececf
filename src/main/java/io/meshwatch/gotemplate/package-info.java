/**
 * Floor 1. Go's text/template language: parse once, execute with data and functions. Rules expand annotations with it and
 * notifications their texts. Open {@link io.meshwatch.gotemplate.TemplateSet} first.
 */
@NullMarked
package io.meshwatch.gotemplate;

import org.jspecify.annotations.NullMarked;
