import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ModeException, ModeName, OperatorCase, OperatorResults } from './operator-case.js'
import { OPERATOR_MODES } from './operator-modes.js'
import { OperatorRun } from './operator-run.js'
import { TEST_STATE_BACKENDS, type TestStateBackend } from './test-state-backends.js'

/** A mode that says something about a case, on one state backend. */
export interface OperatorCheck {
  readonly mode: ModeName
  readonly backend: TestStateBackend
  readonly run: () => Promise<void>
}

/** Registers a test for each way in which a task may run the operator; the results must be the same in all of them. */
export function testOperator(name: string, test: OperatorCase): void {
  describe(`${name} has the same results`, () => {
    for (const { mode, backend, run } of checksOf(test)) it(isKeyed(test) ? `${mode}, on ${backend.name}` : mode, run)
  })
}

export function checksOf(test: OperatorCase): OperatorCheck[] {
  const backends = isKeyed(test) ? TEST_STATE_BACKENDS : TEST_STATE_BACKENDS.slice(0, 1)
  const modes = (Object.keys(OPERATOR_MODES) as ModeName[]).filter((mode) => applies(mode, test))
  return backends.flatMap((backend) => modes.map((mode) => ({ mode, backend, run: () => runIn(mode, test, backend) })))
}

function isKeyed(test: OperatorCase): boolean {
  return test.binding([]).keys.some((key) => key !== undefined)
}

function applies(mode: ModeName, test: OperatorCase): boolean {
  const exception = test.inMode?.[mode]
  if (exception !== undefined && 'leftOut' in exception) return false
  return OPERATOR_MODES[mode].isOfUse(test)
}

async function runIn(name: ModeName, test: OperatorCase, backend: TestStateBackend): Promise<void> {
  const { room, orders, drive, compare } = OPERATOR_MODES[name]
  for (const elements of orders(test)) {
    const run = await OperatorRun.start({ test, backend, room, elements })
    await drive(run)
    await run.end()
    compare(run, resultsOf(test, test.inMode?.[name]))
    if (test.slices === true && room.slots(1) === 1)
      assert.ok(run.notDone > 0, 'nothing in this case needs several calls')
  }
}

function resultsOf(test: OperatorCase, exception: ModeException | undefined): OperatorResults {
  return exception === undefined || 'leftOut' in exception ? test : exception
}
