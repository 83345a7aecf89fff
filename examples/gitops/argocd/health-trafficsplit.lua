-- Health of a TrafficSplit that canary manages, for Argo CD: resource.customizations.health.split.smi-spec.io_TrafficSplit
-- in argocd-cm. Reads phase and reason out of the stamp, so `argocd app wait --health` waits for the rollout's end.
-- An id that was used before starts nothing, which cannot be told from here: the split stays Progressing.

local HEALTH = {
  Waiting = "Progressing",
  Progressing = "Progressing",
  Baking = "Progressing",
  Paused = "Suspended",
  AwaitingApproval = "Suspended",
  Superseded = "Progressing",
  Promoted = "Healthy",
  FailedHeld = "Degraded",
  RolledBack = "Degraded",
  Aborted = "Degraded",
  Rejected = "Degraded",
}

local words = obj.metadata.annotations or {}
if words["canary.delivery/policy"] == nil then
  return { status = "Healthy", message = "not managed by canary" }
end

local asked = words["canary.delivery/rollout"]
local stamp = words["canary.delivery/state"]
if stamp == nil then
  if asked == nil then
    return { status = "Healthy", message = "no rollout was asked for" }
  end
  return { status = "Progressing", message = "rollout " .. asked .. " was not picked up yet" }
end

-- A quote inside a text of the stamp has a backslash before it, so these are its own fields.
local phase = string.match(stamp, '"phase":"(%a+)"') or ""
local reason = string.match(stamp, '"reason":"(%a+)"') or ""
local id = string.match(stamp, '"id":"([%w._-]+)"') or ""

if asked ~= nil and asked ~= id then
  return { status = "Progressing", message = "rollout " .. asked .. " was not picked up yet; " .. id .. " is " .. phase }
end
local health = HEALTH[phase] or "Unknown"
if string.find(stamp, '"drifted":"', 1, true) then
  health = "Degraded"
end
return { status = health, message = id .. " " .. phase .. ": " .. reason }
