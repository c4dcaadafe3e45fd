/** What Flink's OperatorCoordinatorHolderTest and SubtaskGatewayImplTest ask of the same parts, and what differs here. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FlinkError } from '../../../../../src/core/errors/flink-error.js'
import { OperatorCoordinatorHolder } from '../../../../../src/runtime/jobmanager/coordination/operator-coordinator-holder.js'
import type { StreamStateHandle } from '../../../../../src/storage/state-handles.js'

const STATE: StreamStateHandle = { kind: 'inline', bytes: new Uint8Array([7]), crc32c: 0 }

/** A holder for two subtasks; what it sent as `<subtask> <event>`, what came back, what it asked for. */
class Played {
  readonly sent: string[] = []
  readonly returned: string[] = []
  readonly requests: string[] = []
  readonly holder = new OperatorCoordinatorHolder(2, {
    sendEvent: (subtask, event) => this.sent.push(`${String(subtask)} ${String(event)}`),
    returnEvent: (subtask, event) => this.returned.push(`${String(subtask)} ${String(event)}`),
    requestSnapshot: (checkpointId) => this.requests.push(`snapshot ${String(checkpointId)}`),
    requestFlush: () => this.requests.push('flush'),
  })
  readonly outcomes: string[] = []

  checkpoint(checkpointId: number): void {
    this.holder.checkpoint(checkpointId).then(
      (state) => this.outcomes.push(`${String(checkpointId)} ${state === STATE ? 'taken' : 'another state'}`),
      (error: unknown) => this.outcomes.push(`${String(checkpointId)} ${(error as Error).message}`),
    )
  }

  acknowledge(checkpointId: number, takesEventsBack = true): void {
    this.holder.acknowledged(checkpointId, STATE, takesEventsBack)
  }

  /** Events to one subtask, each received at once. */
  send(subtask: number, ...events: readonly string[]): void {
    for (const event of events) {
      this.holder.eventFromCoordinator(subtask, event)
      this.holder.eventReceived(subtask)
    }
  }

  async settled(): Promise<readonly string[]> {
    await new Promise((resolve) => setImmediate(resolve))
    return this.outcomes
  }
}

describe('A coordinator as the JobMaster sees it', () => {
  it('gives its state when it has acknowledged, not before', async () => {
    const played = new Played()
    played.checkpoint(1)
    assert.deepEqual(await played.settled(), [])
    played.acknowledge(1)
    assert.deepEqual(await played.settled(), ['1 taken'])
  })

  it('lets events pass until its snapshot is taken, and holds those after it', () => {
    const played = new Played()
    played.checkpoint(1)
    played.send(0, 'a', 'b')
    played.acknowledge(1)
    played.holder.eventFromCoordinator(0, 'c')
    played.holder.eventFromCoordinator(1, 'd')
    assert.deepEqual(played.sent, ['0 a', '0 b'])
  })

  it('lets what was held go on in its order, for each subtask when that one has taken the checkpoint', () => {
    const played = new Played()
    played.checkpoint(1)
    played.acknowledge(1)
    for (const event of ['a', 'b']) for (const subtask of [0, 1]) played.holder.eventFromCoordinator(subtask, event)
    played.holder.checkpointTaken(1, 1)
    assert.deepEqual(played.sent, ['1 a', '1 b'])
    played.holder.checkpointTaken(0, 1)
    assert.deepEqual(played.sent.slice(2), ['0 a', '0 b'])
    played.send(0, 'c')
    assert.deepEqual(played.sent.slice(4), ['0 c'])
  })

  it('lets everything go on when the checkpoint is aborted', () => {
    const played = new Played()
    played.checkpoint(1)
    played.acknowledge(1)
    played.holder.eventFromCoordinator(0, 'a')
    played.holder.checkpointEnded(1)
    played.holder.eventFromCoordinator(0, 'b')
    assert.deepEqual(played.sent, ['0 a', '0 b'])
  })

  it('waits for the events from before its snapshot until every subtask has received them', async () => {
    const played = new Played()
    played.holder.eventFromCoordinator(0, 'a')
    played.checkpoint(1)
    played.holder.eventFromCoordinator(1, 'b')
    played.acknowledge(1)
    played.holder.eventReceived(0)
    assert.deepEqual(await played.settled(), [])
    played.holder.eventReceived(1)
    assert.deepEqual(await played.settled(), ['1 taken'])
  })

  it('waits for no subtask that has failed, sends it nothing any more, and gives nothing back', async () => {
    const played = new Played()
    played.holder.eventFromCoordinator(0, 'a')
    played.checkpoint(1)
    played.acknowledge(1)
    played.holder.subtaskFailed(0)
    assert.deepEqual(await played.settled(), ['1 taken'])
    played.holder.checkpointEnded(1)
    played.holder.eventFromCoordinator(0, 'b')
    assert.deepEqual([played.sent, played.returned], [['0 a'], []])
    played.checkpoint(2)
    played.acknowledge(2)
    assert.deepEqual(await played.settled(), ['1 taken', '2 taken'])
  })

  it('says why the coordinator declined, and holds nothing for that checkpoint', async () => {
    const played = new Played()
    played.checkpoint(1)
    played.holder.declined(1, new FlinkError('INTERNAL_ERROR', { reason: 'the pool is broken' }))
    played.send(0, 'a')
    assert.deepEqual(played.sent, ['0 a'])
    assert.deepEqual(await played.settled(), ['1 Internal error: the pool is broken'])
    played.checkpoint(2)
    played.acknowledge(2)
    assert.equal((await played.settled()).at(-1), '2 taken')
  })

  it('closes nothing for an answer that comes when the checkpoint has ended, and takes the next one', async () => {
    const played = new Played()
    played.checkpoint(1)
    played.holder.checkpointEnded(1)
    played.acknowledge(1)
    played.send(0, 'a')
    assert.deepEqual(played.sent, ['0 a'])
    assert.match((await played.settled()).join(), /^1 Checkpoint 1 was declined: it ended before/)
    played.checkpoint(2)
    played.acknowledge(2)
    assert.equal((await played.settled()).at(-1), '2 taken')
  })

  it('keeps the events of two checkpoints at a time apart: the second waits for those that the first one holds', async () => {
    const played = new Played()
    played.checkpoint(1)
    played.acknowledge(1)
    played.holder.eventFromCoordinator(0, 'between')
    played.checkpoint(2)
    played.acknowledge(2)
    played.holder.eventFromCoordinator(0, 'after')
    assert.deepEqual(await played.settled(), ['1 taken'])
    played.holder.checkpointTaken(0, 1)
    played.holder.checkpointTaken(1, 1)
    assert.deepEqual(played.sent, ['0 between'])
    assert.deepEqual(await played.settled(), ['1 taken'])
    played.holder.eventReceived(0)
    assert.deepEqual(await played.settled(), ['1 taken', '2 taken'])
    played.holder.checkpointTaken(0, 2)
    assert.deepEqual(played.sent, ['0 between', '0 after'])
  })

  it('keeps an event before the older checkpoint when the newer one is aborted', () => {
    const played = new Played()
    for (const checkpointId of [1, 2]) {
      played.checkpoint(checkpointId)
      played.acknowledge(checkpointId)
      played.holder.eventFromCoordinator(0, `after ${String(checkpointId)}`)
    }
    played.holder.checkpointEnded(2)
    assert.deepEqual(played.sent, [])
    played.holder.checkpointTaken(0, 1)
    assert.deepEqual(played.sent, ['0 after 1', '0 after 2'])
  })

  it('ignores that a subtask has taken a checkpoint that was aborted meanwhile', () => {
    const played = new Played()
    played.checkpoint(1)
    played.acknowledge(1)
    played.holder.checkpointEnded(1)
    played.checkpoint(2)
    played.acknowledge(2)
    played.holder.eventFromCoordinator(0, 'a')
    played.holder.checkpointTaken(0, 1)
    assert.deepEqual(played.sent, [])
  })

  it('lets nothing go on to tasks that are stopped: it is whoever goes on from there that gets it', async () => {
    const played = new Played()
    played.checkpoint(1)
    played.acknowledge(1)
    played.holder.eventFromCoordinator(0, 'a')
    played.holder.stopped()
    played.holder.checkpointEnded(1)
    played.holder.eventFromCoordinator(1, 'b')
    assert.deepEqual(played.sent, [])
    assert.deepEqual(await played.settled(), ['1 taken'])
  })

  it('gets back what a subtask that finishes has not received, and what is sent to it later', () => {
    const played = new Played()
    played.send(0, 'handled')
    for (const event of ['a', 'b']) played.holder.eventFromCoordinator(0, event)
    played.holder.subtaskFinished(0)
    played.holder.eventFromCoordinator(0, 'c')
    played.holder.eventFromCoordinator(1, 'd')
    assert.deepEqual(played.sent, ['0 handled', '0 a', '0 b', '1 d'])
    assert.deepEqual(played.returned, ['0 a', '0 b', '0 c'])
  })

  it('gets back what was held, in the order in which it was sent', () => {
    const played = new Played()
    for (const checkpointId of [1, 2]) {
      played.checkpoint(checkpointId)
      played.acknowledge(checkpointId)
      played.holder.eventFromCoordinator(0, `after ${String(checkpointId)}`)
    }
    played.holder.subtaskFinished(0)
    assert.deepEqual(played.returned, ['0 after 1', '0 after 2'])
    played.holder.checkpointEnded(1)
    assert.deepEqual([played.sent, played.returned.length], [[], 2])
  })

  it('gets back what tasks that are stopped do not take, when they have finished', () => {
    const played = new Played()
    played.checkpoint(1)
    played.acknowledge(1)
    played.holder.eventFromCoordinator(0, 'a')
    played.holder.stopped()
    played.holder.checkpointEnded(1)
    played.holder.eventFromCoordinator(0, 'b')
    assert.deepEqual(played.returned, [])
    played.holder.subtaskFinished(0)
    played.holder.eventFromCoordinator(0, 'c')
    assert.deepEqual([played.sent, played.returned], [[], ['0 a', '0 b', '0 c']])
  })

  it('is asked again where an event came back after it was asked: its state knows nothing of that', async () => {
    const played = new Played()
    played.holder.subtaskFinished(0)
    played.checkpoint(1)
    played.holder.eventFromCoordinator(0, 'a')
    played.acknowledge(1)
    assert.deepEqual(await played.settled(), [])
    assert.deepEqual(played.requests, ['snapshot 1', 'snapshot 1'])
    played.send(1, 'b')
    played.acknowledge(1)
    assert.deepEqual(await played.settled(), ['1 taken'])
    played.holder.eventFromCoordinator(1, 'c')
    assert.deepEqual(played.sent, ['1 b'])
  })

  it('is not asked again for what came back before, or after its snapshot, nor where it would not be told', async () => {
    const played = new Played()
    played.holder.subtaskFinished(0)
    played.holder.eventFromCoordinator(0, 'before')
    played.checkpoint(1)
    played.holder.eventFromCoordinator(1, 'under way')
    played.acknowledge(1)
    played.holder.eventFromCoordinator(0, 'after')
    played.holder.eventReceived(1)
    assert.deepEqual(await played.settled(), ['1 taken'])
    played.holder.checkpointEnded(1)
    played.checkpoint(2)
    played.holder.eventFromCoordinator(0, 'nobody cares')
    played.acknowledge(2, false)
    assert.deepEqual(played.requests, ['snapshot 1', 'snapshot 2'])
    assert.equal((await played.settled()).at(-1), '2 taken')
  })

  it('is not asked for ever: a checkpoint is declined where events come back each time', async () => {
    const played = new Played()
    played.holder.subtaskFinished(0)
    played.checkpoint(1)
    for (let answer = 0; answer < 20; answer += 1) {
      played.holder.eventFromCoordinator(0, 'again')
      played.acknowledge(1)
    }
    assert.equal(played.requests.length, 10)
    assert.deepEqual(await played.settled(), [
      '1 Checkpoint 1 was declined: whenever its coordinator was asked, events to subtasks that have finished came back to it',
    ])
  })

  it('has not done what it was told before it has been told what came back', async () => {
    const played = new Played()
    played.holder.subtaskFinished(0)
    const outcomes: string[] = []
    void played.holder.flush().then(() => outcomes.push('flushed'))
    played.holder.eventFromCoordinator(0, 'a')
    played.holder.flushed()
    await played.settled()
    assert.deepEqual([outcomes, played.requests], [[], ['flush', 'flush']])
    played.holder.flushed()
    await played.settled()
    assert.deepEqual([outcomes, played.holder.isFlushed], [['flushed'], true])
  })

  it('takes one snapshot at a time', () => {
    const played = new Played()
    played.checkpoint(1)
    assert.throws(() => void played.holder.checkpoint(2), /one snapshot at a time/)
  })
})
