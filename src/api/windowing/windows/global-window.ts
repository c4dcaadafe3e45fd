import { Window } from './window.js'
import type { WindowSerializer } from './window-serializer.js'

/**
 * The one window that holds everything, without an end.
 *
 * @example
 * ```ts
 * import { GlobalWindow } from 'flink-ts'
 *
 * console.log(GlobalWindow.get().maxTimestamp()) // Infinity
 * ```
 * @see https://nightlies.apache.org/flink/flink-docs-stable/docs/dev/datastream/operators/windows/#global-windows
 */
export class GlobalWindow extends Window {
  static readonly #instance: GlobalWindow = new GlobalWindow()

  private constructor() {
    super()
  }

  static get(): GlobalWindow {
    return GlobalWindow.#instance
  }

  maxTimestamp(): number {
    return Number.POSITIVE_INFINITY
  }

  equals(other: unknown): boolean {
    return other instanceof GlobalWindow
  }

  hashCode(): number {
    return 0
  }

  override toString(): string {
    return 'GlobalWindow'
  }
}

export const GLOBAL_WINDOW_SERIALIZER: WindowSerializer<GlobalWindow> = {
  name: 'GLOBAL_WINDOW',
  serialize: () => undefined,
  deserialize: () => GlobalWindow.get(),
  copy: (window) => window,
}
