import { hasMethods } from '../../functions/has-methods.js'
import type { SupportsPostCommitTopology } from './supports-post-commit-topology.js'
import type { SupportsPreCommitTopology } from './supports-pre-commit-topology.js'
import type { SupportsPreWriteTopology } from './supports-pre-write-topology.js'

/** Which operators a sink adds around its writers and committers, found by its methods. */
export function supportsPreWriteTopology(sink: object): sink is SupportsPreWriteTopology<unknown> {
  return hasMethods(sink, 'addPreWriteTopology')
}

export function supportsPreCommitTopology(sink: object): sink is SupportsPreCommitTopology<unknown, unknown> {
  return hasMethods(sink, 'addPreCommitTopology')
}

export function supportsPostCommitTopology(sink: object): sink is SupportsPostCommitTopology<unknown> {
  return hasMethods(sink, 'addPostCommitTopology')
}
