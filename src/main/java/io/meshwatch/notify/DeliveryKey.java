package io.meshwatch.notify;

/** One group and one destination: what is told and retried together. */
record DeliveryKey(String groupId, String destinationId) {}
