import { createServer, type Socket } from 'node:net'

/** A real TCP server that sends lines to whoever is connected, as `nc -lk` does. */
export class TextServer {
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((socket) => {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    this.#connected?.()
  })
  #connected: (() => void) | undefined
  port = 0

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    this.port = address.port
  }

  /** Waits for a connection if there is none. */
  async send(text: string): Promise<void> {
    while (this.#sockets.size === 0) {
      await new Promise<void>((resolve) => {
        this.#connected = resolve
      })
    }
    for (const socket of this.#sockets) socket.write(text)
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}
