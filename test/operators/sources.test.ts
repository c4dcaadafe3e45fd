import type { FunctionInitializationContext } from '../../src/api/functions/checkpointed-function.js'
import type { SourceContext, SourceFunction } from '../../src/api/functions/source-function.js'
import { ListStateDescriptor } from '../../src/api/state/list-state-descriptor.js'
import type { ListState } from '../../src/api/state/list-state.js'
import { Types } from '../../src/api/types/types-table.js'
import { bindingOf } from './operator-harness.js'
import { record, status, watermark } from './stream-elements.js'
import { testSource } from './test-source.js'

/** Counts to 100 with its position in operator state; what `run` looks like is up to the subclass. */
abstract class Counting implements SourceFunction<number> {
  protected next = 0
  #state: ListState<number> | undefined

  abstract run(ctx: SourceContext<number>): ReturnType<SourceFunction<number>['run']>

  initializeState(context: FunctionInitializationContext): void {
    this.#state = context.getOperatorStateStore().getListState(new ListStateDescriptor<number>('next', Types.LONG))
    for (const next of this.#state.get()) this.next = next
  }

  snapshotState(): void {
    this.#state?.update([this.next])
  }
}

class GeneratorCounting extends Counting {
  *run(): Generator<number> {
    while (this.next < 100) yield this.next++
  }
}

class CollectingGenerator extends Counting {
  *run(ctx: SourceContext<number>): Generator<undefined> {
    while (this.next < 100) {
      for (let i = 0; i < 4; i += 1) void ctx.collect(this.next++)
      yield
    }
  }
}

class AsyncGeneratorCounting extends Counting {
  async *run(): AsyncGenerator<number | undefined> {
    while (this.next < 100) {
      if (this.next % 5 === 0) await new Promise((resolve) => setImmediate(resolve))
      if (this.next % 7 === 0) yield undefined
      yield this.next++
    }
  }
}

class AsyncFunctionCounting extends Counting {
  async run(ctx: SourceContext<number>): Promise<void> {
    while (this.next < 100) {
      await ctx.collect(this.next++)
      if (this.next % 6 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

class FunctionCounting extends Counting {
  run(ctx: SourceContext<number>): void {
    while (this.next < 100) void ctx.collect(this.next++)
  }
}

const COUNTED = Array.from({ length: 100 }, (_, n) => record(n))
for (const Source of [
  GeneratorCounting,
  CollectingGenerator,
  AsyncGeneratorCounting,
  AsyncFunctionCounting,
  FunctionCounting,
]) {
  testSource(`StreamSource around ${Source.name}`, {
    binding: () => bindingOf({ kind: 'source-function', function: new Source() }),
    expected: COUNTED,
  })
}

/** Every fifth record says how far time has come, and that nothing comes for a while. */
class TellingTime extends Counting {
  *run(ctx: SourceContext<number>): Generator<undefined> {
    while (this.next < 100) {
      const n = this.next++
      void ctx.collectWithTimestamp(n, n * 10)
      if (n % 5 === 4) {
        ctx.emitWatermark(n * 10 - 5)
        ctx.markAsTemporarilyIdle()
      }
      yield
    }
  }
}

testSource('StreamSource around a function that tells time', {
  binding: () => bindingOf({ kind: 'source-function', function: new TellingTime() }),
  expected: Array.from({ length: 100 }, (_, n) => [
    ...(n % 5 === 0 && n > 0 ? [status('active')] : []),
    record(n, n * 10),
    ...(n % 5 === 4 ? [watermark(n * 10 - 5), status('idle')] : []),
  ]).flat(),
})
