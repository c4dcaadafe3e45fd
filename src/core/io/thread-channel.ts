import { BroadcastChannel } from 'node:worker_threads'

/** Messages among the threads of this process that have opened a channel of the same name; all of them hear each other's. */
export interface ThreadChannel {
  /** `message` is plain data, which is copied. */
  post(message: unknown): void
  /** May be called twice. */
  close(): void
}

export type OpenThreadChannel = (name: string, onMessage: (message: unknown) => void) => ThreadChannel

/** Each thread hears what others post after it has opened the channel, in the order in which one of them posts. */
export const openThreadChannel: OpenThreadChannel = (name, onMessage) => {
  const channel = new BroadcastChannel(name)
  channel.onmessage = (event: unknown) => {
    onMessage((event as { readonly data: unknown }).data)
  }
  // Whoever waits for a message waits for more than that.
  channel.unref()
  return {
    post: (message) => {
      channel.postMessage(message)
    },
    close: () => {
      channel.close()
    },
  }
}
