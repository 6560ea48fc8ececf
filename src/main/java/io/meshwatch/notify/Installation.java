package io.meshwatch.notify;

import io.meshwatch.notify.mail.MailSettings;
import java.util.List;
import java.util.Optional;

/**
 * What the configuration says about the installation as a whole and notification needs too.
 *
 * @param name of the installation, shown in every mail; may be empty
 * @param pageUrl where people reach meshwatch's page; empty = mails have no link to it
 * @param operatorAlertAddresses mailboxes that get everything
 * @param additionalAlertAddresses mailboxes that get a copy of everything
 * @param mail relay and sender; empty = nothing is mailed
 */
public record Installation(
    String name, String pageUrl, List<String> operatorAlertAddresses, List<String> additionalAlertAddresses, Optional<MailSettings> mail) {}
