// Duty: which request of a connection is being answered.
//
// Invariants: one at a time, however many a client sends ahead of the answers: a piece of 64 KB holds thousands of them, whose
// answers would be made at once and keep the thread of the job's master busy for minutes. What is not looked at is not answered
// either, and its connection ends with the answer before it, as HTTP has it.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

/** Whoever sends more than these ahead does not wait for answers, and what is not looked at takes memory as well. */
const MOST_AHEAD = 64

interface Turn {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  isOver: boolean
  ahead: number
  isEnding: boolean
}

export class RequestsOfConnections {
  readonly #turns = new WeakMap<Socket, Turn>()

  /** False where the connection has another one, or none is to come any more: this one is not looked at. */
  begins(request: IncomingMessage, response: ServerResponse): boolean {
    const { socket } = request
    const before = this.#turns.get(socket)
    if (before !== undefined && !isFree(before)) {
      endWith(before, socket)
      return false
    }
    const turn: Turn = { request, response, isOver: false, ahead: 0, isEnding: false }
    this.#turns.set(socket, turn)
    // Another one may come by a connection that stays, which is nobody's to wait for meanwhile.
    response.once('close', () => {
      turn.isOver = true
    })
    return true
  }

  /** Whether a whole request has come by that connection, and waits for its answer; a file that is sent may take longer. */
  isAwaitedBy(socket: Socket): boolean {
    const turn = this.#turns.get(socket)
    return turn?.isOver === false && (turn.request.complete || isForm(turn.request))
  }
}

function isForm({ headers }: IncomingMessage): boolean {
  return /^multipart\/form-data\b/i.test(headers['content-type'] ?? '')
}

function isFree({ isOver, ahead, response }: Turn): boolean {
  return isOver && ahead === 0 && response.shouldKeepAlive
}

/** Once: each call of destroySoon listens to the socket anew. */
function endWith(turn: Turn, socket: Socket): void {
  turn.ahead += 1
  const { response, ahead, isOver } = turn
  const end = (): void => {
    if (!turn.isEnding) socket.destroySoon()
    turn.isEnding = true
  }
  if (ahead > MOST_AHEAD || isOver) {
    end()
  } else if (ahead === 1) {
    if (!response.headersSent) response.setHeader('connection', 'close')
    response.once('close', end)
  }
}
