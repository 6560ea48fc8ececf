/**
 * Floor 3. Recording and alerting rules: files, groups that evaluate on time, alert states, annotation texts, the shipped pack
 * and unit tests of rules. Open {@link io.meshwatch.rules.Rules} first, then {@link io.meshwatch.rules.AlertingRule}.
 */
@NullMarked
package io.meshwatch.rules;

import org.jspecify.annotations.NullMarked;
