-- Health of a CanaryRollout for Argo CD: resource.customizations.health.canary.delivery_CanaryRollout in argocd-cm.
-- What went wrong is Degraded, whatever waits for a person on purpose is Suspended.

local HEALTH = {
  Waiting = "Progressing",
  Progressing = "Progressing",
  Baking = "Progressing",
  Paused = "Suspended",
  AwaitingApproval = "Suspended",
  Superseded = "Suspended",
  Promoted = "Healthy",
  FailedHeld = "Degraded",
  RolledBack = "Degraded",
  Aborted = "Degraded",
  Rejected = "Degraded",
}

local status = obj.status
if status == nil or status.phase == nil then
  return { status = "Progressing", message = "nothing was told yet" }
end

local health = HEALTH[status.phase] or "Unknown"
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Stalled" and condition.status == "True" and health ~= "Suspended" then
    health = "Degraded"
  end
end
return { status = health, message = status.phase .. ": " .. (status.message or status.reason or "") }
