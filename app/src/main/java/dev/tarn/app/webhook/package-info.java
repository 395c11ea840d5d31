/// Webhooks: events told to others by HTTP, in order, at least once.
///
///     [WebhookDelivery]   one replica, by lease; a thread per hook
///       events after the hook's cursor
///       [WebhookSender]   POST, signed; its outcome is a value
///       [Webhooks]        cursor, failures and pause, in a transaction fenced by the lease
@NullMarked
package dev.tarn.app.webhook;

import org.jspecify.annotations.NullMarked;
