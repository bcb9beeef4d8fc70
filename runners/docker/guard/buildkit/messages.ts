import type { Message } from './protobuf.ts'

// The messages of BuildKit that the guard reads, and writes anew; numbers by BuildKit 0.34:
// api/services/control/control.proto, frontend/gateway/pb/gateway.proto, solver/pb/ops.proto.
// What it never lets through stands here too, so that a refusal can name it.

/** `CacheOptionsEntry` and `Exporter`, which are alike. */
const typed: Message = { 1: ['type', 'text'], 2: ['attributes', 'map'] }

/**
 * `sourcepolicy/pb/policy.proto`: rules that each source of a build must pass; of those that match, the last counts.
 */
export const policy: Message = {
  1: ['version', 'integer'],
  2: ['rules', [{
    1: ['action', 'integer'],
    2: ['selector', { 1: ['identifier', 'text'], 2: ['matchType', 'integer'] }],
    3: ['updates', 'bytes'],
  }]],
}

/** `Control/Solve`. */
export const controlSolve: Message = {
  1: ['ref', 'text'],
  2: ['definition', 'bytes'],
  3: ['exporterDeprecated', 'text'],
  4: ['exporterAttributesDeprecated', 'map'],
  5: ['session', 'text'],
  6: ['frontend', 'text'],
  7: ['frontendAttributes', 'map'],
  8: ['cache', {
    1: ['exportRefDeprecated', 'text'],
    2: ['importRefsDeprecated', 'texts'],
    3: ['exportAttributesDeprecated', 'map'],
    4: ['exports', [typed]],
    5: ['imports', [typed]],
  }],
  9: ['entitlements', 'texts'],
  10: ['frontendInputs', 'bytes'],
  11: ['internal', 'flag'],
  12: ['sourcePolicy', policy],
  13: ['exporters', [typed]],
  14: ['enableSessionExporter', 'flag'],
  15: ['sourcePolicySession', 'text'],
  16: ['compatibilityVersion', 'integer'],
  17: ['proxyNetwork', 'flag'],
}

/** `LLBBridge/Solve`. */
export const bridgeSolve: Message = {
  1: ['definition', 'bytes'],
  2: ['frontend', 'text'],
  3: ['frontendAttributes', 'map'],
  5: ['allowResultReturn', 'flag'],
  6: ['allowResultArrayRef', 'flag'],
  10: ['final', 'flag'],
  11: ['exporterAttributes', 'bytes'],
  12: ['cacheImports', [typed]],
  13: ['frontendInputs', 'bytes'],
  14: ['evaluate', 'flag'],
  15: ['sourcePolicies', 'bytes'],
}

/** `Platform`. */
const platform: Message = {
  1: ['architecture', 'text'],
  2: ['os', 'text'],
  3: ['variant', 'text'],
  4: ['osVersion', 'text'],
}

/** `LLBBridge/ResolveImageConfig`. */
export const resolveImageConfig: Message = {
  1: ['ref', 'text'],
  2: ['platform', platform],
  3: ['resolveMode', 'text'],
  4: ['logName', 'text'],
  5: ['resolverType', 'integer'],
  6: ['session', 'text'],
  7: ['store', 'text'],
  8: ['sourcePolicies', 'bytes'],
}

/** `Control/Status`. */
export const statusRequest: Message = { 1: ['ref', 'text'] }

/** `Control/ListenBuildHistory`. */
export const historyRequest: Message = {
  1: ['activeOnly', 'flag'],
  2: ['ref', 'text'],
  3: ['earlyExit', 'flag'],
  4: ['filter', 'texts'],
  5: ['limit', 'integer'],
}

/** `Control/UpdateBuildHistory`. */
export const historyUpdate: Message = {
  1: ['ref', 'text'],
  2: ['pinned', 'flag'],
  3: ['delete', 'flag'],
  4: ['finalize', 'flag'],
}

/** containerd's `Content/Info`; source: containerd api/services/content/v1/content.proto. */
export const contentInfo: Message = { 1: ['digest', 'text'] }

/** containerd's `Content/Read`. */
export const contentRead: Message = {
  1: ['digest', 'text'],
  2: ['offset', 'integer'],
  3: ['size', 'integer'],
}
