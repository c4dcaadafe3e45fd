import type { TypeSerializer } from '../../core/types/type-serializer.js'

/**
 * The namespace of timers that belong to the key alone.
 *
 * @example
 * ```ts
 * import { VoidNamespace, type InternalTimerService } from 'flink-ts'
 *
 * const inAMinute = (timers: InternalTimerService<VoidNamespace>): void =>
 *   timers.registerProcessingTimeTimer(VoidNamespace.INSTANCE, timers.currentProcessingTime() + 60_000)
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-release-1.20/api/java/org/apache/flink/runtime/state/VoidNamespace.html
 */
export class VoidNamespace {
  static readonly INSTANCE: VoidNamespace = new VoidNamespace()
  /** There is one. */
  declare readonly isVoid: true

  private constructor() {
    Object.freeze(this)
  }
}

/**
 * The serializer of {@link VoidNamespace}, by which `getInternalTimerService` is told that its timers have no namespaces.
 *
 * @example
 * ```ts
 * import { VoidNamespaceSerializer, type TypeSerializer, type VoidNamespace } from 'flink-ts'
 *
 * const serializer: TypeSerializer<VoidNamespace> = VoidNamespaceSerializer.INSTANCE
 * ```
 */
export const VoidNamespaceSerializer: { readonly INSTANCE: TypeSerializer<VoidNamespace> } = {
  INSTANCE: {
    serialize: () => undefined,
    deserialize: () => VoidNamespace.INSTANCE,
    copy: () => VoidNamespace.INSTANCE,
  },
}
