/// What an operator's machinery asks: `/health/live` (the process answers), `/health/ready` (it can
/// work: each [dev.tarn.app.health.Check] passes in time) and `/metrics`.
@NullMarked
package dev.tarn.app.health;

import org.jspecify.annotations.NullMarked;
