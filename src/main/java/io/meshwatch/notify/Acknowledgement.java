package io.meshwatch.notify;

/**
 * Somebody has seen an alert and takes care of it: it is not repeated any more, only its end is told. It ends with the alert.
 *
 * @param author who
 * @param comment what they do about it; may be empty
 * @param atMillis since when
 */
public record Acknowledgement(String author, String comment, long atMillis) {}
