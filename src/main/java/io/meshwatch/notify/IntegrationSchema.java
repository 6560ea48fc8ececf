package io.meshwatch.notify;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which fields the receivers of an {@code alertmanager.yml} have, and which they need.
 *
 * @param fields all that are allowed
 * @param required each a choice of fields, one of which must be there; {@code global.} means the file's global block
 */
record IntegrationSchema(Set<String> fields, List<List<String>> required) {
  /** By the name of the receiver's block. */
  static final Map<String, IntegrationSchema> BY_BLOCK = Map.ofEntries(
      entry("discord_configs", "webhook_url webhook_url_file content username avatar_url title message", "webhook_url|webhook_url_file"),
      entry("email_configs", "to from hello smarthost auth_username auth_password auth_password_file auth_secret auth_secret_file auth_identity "
          + "headers html text require_tls tls_config force_implicit_tls threading",
          "to", "smarthost|global.smtp_smarthost", "from|global.smtp_from"),
      entry("incidentio_configs", "url url_file alert_source_token alert_source_token_file max_alerts timeout", "url|url_file"),
      entry("jira_configs", "api_url api_type project summary description labels priority issue_type reopen_transition resolve_transition "
          + "wont_fix_resolution reopen_duration fields", "project", "issue_type", "api_url|global.jira_api_url"),
      entry("mattermost_configs", "webhook_url webhook_url_file channel username text fallback color pretext author_name author_link author_icon "
          + "title title_link fields thumb_url footer footer_icon image_url icon_url icon_emoji attachments type props priority",
          "webhook_url|webhook_url_file|global.mattermost_webhook_url|global.mattermost_webhook_url_file"),
      entry("msteams_configs", "webhook_url webhook_url_file title summary text", "webhook_url|webhook_url_file"),
      entry("msteamsv2_configs", "webhook_url webhook_url_file title text", "webhook_url|webhook_url_file"),
      entry("opsgenie_configs", "api_key api_key_file api_url message description source details entity responders tags note priority update_alerts actions",
          "api_key|api_key_file|global.opsgenie_api_key|global.opsgenie_api_key_file"),
      entry("pagerduty_configs", "service_key service_key_file routing_key routing_key_file url client client_url description details images links "
          + "source severity class component group timeout", "routing_key|routing_key_file|service_key|service_key_file"),
      entry("pushover_configs", "user_key user_key_file token token_file title message url url_title device sound priority retry expire ttl html monospace",
          "user_key|user_key_file", "token|token_file"),
      entry("rocketchat_configs", "api_url channel token token_file token_id token_id_file color title title_link text fields short_fields emoji icon_url "
          + "image_url thumb_url link_names actions",
          "token|token_file|global.rocketchat_token|global.rocketchat_token_file",
          "token_id|token_id_file|global.rocketchat_token_id|global.rocketchat_token_id_file"),
      entry("slack_configs", "api_url api_url_file app_token app_token_file app_url channel username color title title_link pretext text message_text fields "
          + "short_fields footer fallback callback_id icon_emoji icon_url image_url thumb_url link_names mrkdwn_in actions timeout update_message",
          "api_url|api_url_file|app_token|app_token_file|global.slack_api_url|global.slack_api_url_file|global.slack_app_token|global.slack_app_token_file"),
      entry("sns_configs", "api_url sigv4 topic_arn phone_number target_arn subject message attributes", "target_arn|topic_arn|phone_number"),
      entry("telegram_configs", "api_url bot_token bot_token_file chat_id chat_id_file message_thread_id message disable_notifications parse_mode",
          "bot_token|bot_token_file|global.telegram_bot_token|global.telegram_bot_token_file", "chat_id|chat_id_file"),
      entry("victorops_configs", "api_key api_key_file api_url routing_key message_type state_message entity_display_name monitoring_tool custom_fields",
          "api_key|api_key_file|global.victorops_api_key|global.victorops_api_key_file", "routing_key"),
      entry("webex_configs", "api_url room_id message", "room_id"),
      entry("webhook_configs", "url url_file max_alerts timeout payload", "url|url_file"),
      entry("wechat_configs", "api_secret api_secret_file api_url corp_id agent_id to_user to_party to_tag message message_type",
          "api_secret|api_secret_file|global.wechat_api_secret|global.wechat_api_secret_file", "corp_id|global.wechat_api_corp_id"));

  static final Set<String> GLOBAL = Set.of(
      ("resolve_timeout http_config smtp_from smtp_hello smtp_smarthost smtp_auth_username smtp_auth_password smtp_auth_password_file smtp_auth_secret "
          + "smtp_auth_secret_file smtp_auth_identity smtp_require_tls smtp_tls_config smtp_force_implicit_tls slack_api_url slack_api_url_file "
          + "slack_app_token slack_app_token_file slack_app_url pagerduty_url opsgenie_api_url opsgenie_api_key opsgenie_api_key_file wechat_api_url "
          + "wechat_api_secret wechat_api_secret_file wechat_api_corp_id victorops_api_url victorops_api_key victorops_api_key_file telegram_api_url "
          + "telegram_bot_token telegram_bot_token_file webex_api_url rocketchat_api_url rocketchat_token rocketchat_token_file rocketchat_token_id "
          + "rocketchat_token_id_file mattermost_webhook_url mattermost_webhook_url_file jira_api_url").split(" "));

  private static Map.Entry<String, IntegrationSchema> entry(String block, String fields, String... required) {
    Set<String> all = new HashSet<>(Set.of(fields.split(" ")));
    all.add("send_resolved");
    all.add("http_config");
    return Map.entry(block, new IntegrationSchema(Set.copyOf(all), Arrays.stream(required).map(r -> List.of(r.split("\\|"))).toList()));
  }
}
