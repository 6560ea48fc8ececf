package io.meshwatch.sandbox;

import io.meshwatch.model.Secret;
import java.util.List;
import java.util.Optional;

/**
 * Where the sandbox listens, who may log in, and what it simulates.
 *
 * @param host address that all ports are bound to; also the name in every URL the sandbox hands out
 * @param controlPort faults, mails and the control page, plain HTTP; 0 = any free port, here and below
 * @param backendPort meshStack's API, HTTPS
 * @param identityPort the identity broker, HTTPS
 * @param managementPort health and metrics of the backend, HTTPS with Basic auth
 * @param componentsPort metrics of all other components, one path each, HTTPS with Basic auth
 * @param mailPort the mail sink, SMTP without TLS
 * @param certificateFile PEM certificate chain of all HTTPS ports
 * @param keyFile its private key, PEM
 * @param authorityCertificateFile certificate of the authority that clients trust; with its key the expired certificate is
 *     wrong in nothing but its date. Empty: it signs itself
 * @param authorityKeyFile private key of that authority
 * @param folder where the wrong certificates of the certificate faults are written
 * @param scrapeUsername Basic auth of the metrics pages
 * @param scrapePassword its password
 * @param username the technical user who may log in at the identity broker
 * @param password its password
 * @param clientId public client that the password grant and the login form use
 * @param apiKeyId client of the client-credentials grant
 * @param apiKeySecret its secret
 * @param customer customer the technical user belongs to
 * @param project its project, which has one tenant on each platform
 * @param platforms platforms as {@code platform.location}, such as {@code aws.aws-main}
 * @param queueSeconds how long a replication waits before it starts
 * @param replicationSeconds how long a replication runs
 * @param freshSeconds for how long after a replication an access needs no new one
 * @param retrySeconds after which time a failed replication starts again by itself
 * @param nightlyHour hour of the day (UTC) in which every tenant is replicated; -1 = never
 * @param mailsMax how many mails the sink keeps; older ones are dropped
 */
public record SandboxSettings(
    String host,
    int controlPort,
    int backendPort,
    int identityPort,
    int managementPort,
    int componentsPort,
    int mailPort,
    String certificateFile,
    String keyFile,
    Optional<String> authorityCertificateFile,
    Optional<String> authorityKeyFile,
    String folder,
    String scrapeUsername,
    Secret scrapePassword,
    String username,
    Secret password,
    String clientId,
    String apiKeyId,
    Secret apiKeySecret,
    String customer,
    String project,
    List<String> platforms,
    double queueSeconds,
    double replicationSeconds,
    double freshSeconds,
    double retrySeconds,
    int nightlyHour,
    int mailsMax) {

  /** The quickstart's ports and names. Files and passwords are the caller's to set. */
  public static SandboxSettings defaults() {
    return new SandboxSettings(
        "127.0.0.1", 9481, 9483, 9484, 9485, 9486, 9487,
        "sandbox.crt", "sandbox.key", Optional.empty(), Optional.empty(), "sandbox",
        "scrape", Secret.EMPTY,
        "sonar@example.com", Secret.EMPTY, "meshfed-oidc",
        "5a1e8c52-7b6f-4f0e-9d57-2f4f8f3f6c11", Secret.EMPTY,
        "my-customer", "my-project",
        List.of("aws.aws-main", "azure.azure-main", "gcp.gcp-main", "openstack.openstack-main"),
        0.3, 1.5, 3, 60, 2, 1_000);
  }

  /** These settings on other ports, in the order of the components. */
  public SandboxSettings withPorts(int control, int backend, int identity, int management, int components, int mail) {
    return new SandboxSettings(host, control, backend, identity, management, components, mail, certificateFile, keyFile,
        authorityCertificateFile, authorityKeyFile, folder, scrapeUsername, scrapePassword, username, password, clientId, apiKeyId,
        apiKeySecret, customer, project, platforms, queueSeconds, replicationSeconds, freshSeconds, retrySeconds, nightlyHour, mailsMax);
  }

  /** These settings with other files: server certificate and key, the authority that signed it, and a folder to write to. */
  public SandboxSettings withFiles(
      String certificate, String key, Optional<String> authorityCertificate, Optional<String> authorityKey, String newFolder) {
    return new SandboxSettings(host, controlPort, backendPort, identityPort, managementPort, componentsPort, mailPort, certificate, key,
        authorityCertificate, authorityKey, newFolder, scrapeUsername, scrapePassword, username, password, clientId, apiKeyId,
        apiKeySecret, customer, project, platforms, queueSeconds, replicationSeconds, freshSeconds, retrySeconds, nightlyHour, mailsMax);
  }

  /** These settings with other passwords: of the scrape user, the technical user and the API key. */
  public SandboxSettings withPasswords(Secret scrape, Secret technicalUser, Secret apiKey) {
    return new SandboxSettings(host, controlPort, backendPort, identityPort, managementPort, componentsPort, mailPort, certificateFile,
        keyFile, authorityCertificateFile, authorityKeyFile, folder, scrapeUsername, scrape, username, technicalUser, clientId, apiKeyId,
        apiKey, customer, project, platforms, queueSeconds, replicationSeconds, freshSeconds, retrySeconds, nightlyHour, mailsMax);
  }

  /** These settings with other replication times, in seconds. */
  public SandboxSettings withReplication(double queue, double run, double fresh, double retry) {
    return new SandboxSettings(host, controlPort, backendPort, identityPort, managementPort, componentsPort, mailPort, certificateFile,
        keyFile, authorityCertificateFile, authorityKeyFile, folder, scrapeUsername, scrapePassword, username, password, clientId,
        apiKeyId, apiKeySecret, customer, project, platforms, queue, run, fresh, retry, nightlyHour, mailsMax);
  }
}
