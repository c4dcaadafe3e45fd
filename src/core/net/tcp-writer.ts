import type { Socket } from 'node:net'
import { ReasonError } from '../errors/reason-error.js'
import { openSocket } from './tcp-socket.js'

/** The writing side of a TCP connection; what the other side sends is thrown away. */
export interface TcpWriter {
  /** Resolves when the system has taken the bytes; rejects with the system's error once the connection is broken. */
  write(bytes: Uint8Array): Promise<void>
  /** Why nothing can be written any more; undefined while the connection is open, as far as the system knows. */
  readonly failure: Error | undefined
  /** Resolves when the system has everything that was written, and the other side is told that there is no more. */
  end(): Promise<void>
  /** At once. */
  destroy(): void
}

/** Rejects with the system's error when nobody listens there. */
export async function openTcpWriter(host: string, port: number): Promise<TcpWriter> {
  const socket = await openSocket(host, port)
  // Unread, what arrives would hide that the other side has closed, and turn our end into a reset.
  socket.resume()
  return writerOf(socket)
}

function writerOf(socket: Socket): TcpWriter {
  return {
    get failure() {
      if (!socket.destroyed && !socket.readableEnded) return undefined
      return socket.errored ?? new ReasonError('the receiver has closed the connection')
    },
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => {
          if (error) reject(error)
          else resolve()
        })
      }),
    end: () =>
      new Promise((resolve) => {
        if (socket.destroyed) {
          resolve()
          return
        }
        socket.once('close', () => {
          resolve()
        })
        socket.end(() => {
          resolve()
        })
      }),
    destroy: () => {
      socket.destroy()
    },
  }
}
