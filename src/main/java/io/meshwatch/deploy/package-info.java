/**
 * Floor 5. What the deployment needs beside the program: its certificate authority, certificates and scrape passwords, and the
 * files that operators of nodes and components install. Open {@link io.meshwatch.deploy.Credentials} first.
 */
@NullMarked
package io.meshwatch.deploy;

import org.jspecify.annotations.NullMarked;
