package io.meshwatch.sonar;

/**
 * What is promised to users, over thirty days.
 *
 * @param availability part of the runs that is to pass
 * @param replication part of the replications that is to be quick
 * @param replicationSeconds what quick means
 * @param failuresMin failures from which on a burn rate means something
 */
public record Objectives(double availability, double replication, double replicationSeconds, long failuresMin) {}
