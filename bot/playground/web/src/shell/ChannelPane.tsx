/** A channel: its head, its messages, the line to write in. */
import { useState } from "react";
import { Composer } from "../chat/Composer";
import { MessageList } from "../chat/MessageList";
import { api } from "../lib/api";
import { usePage, userName } from "../lib/context";
import type { Channel, Message } from "../lib/types";
import { Icon } from "./Icon";

interface Props {
  channel: Channel;
  messages: Message[] | undefined;
  onThread: (ts: string) => void;
  /** Asks for the channels anew, after the app joined one. */
  onReload?: () => Promise<void>;
  /** Whether another head stands above already. */
  headless?: boolean;
}

function Head({ channel, title, onInvite }: { channel: Channel; title: string; onInvite: () => void }) {
  const { workspace, t } = usePage();
  return (
    <header className="pane-head">
      <h1>
        {channel.is_private && !channel.is_im && <Icon name="lock" />}
        {title}
      </h1>
      {channel.topic && <p className="topic">{channel.topic}</p>}
      {!channel.app_is_member && !channel.is_im && (
        <p className="not-member">
          <span>
            {workspace.app.name} {t.notMember}
          </span>
          <button type="button" className="button button-small" onClick={onInvite}>
            {t.addApp}
          </button>
        </p>
      )}
    </header>
  );
}

export function ChannelPane({ channel, messages, onThread, onReload, headless }: Props) {
  const { workspace, viewer, t, warn } = usePage();
  const [written, setWritten] = useState(0);
  const direct = channel.app_is_member ? workspace.app.name : userName(workspace, channel.name);
  const title = channel.is_im ? direct : `${channel.is_private ? "" : "#"}${channel.name}`;

  const invite = () => {
    api
      .invite(viewer.id, channel.id)
      .then(() => onReload?.())
      .catch((error: Error) => warn(error.message));
  };
  const send = async (text: string, files: File[]) => {
    setWritten((times) => times + 1);
    try {
      const sent = await Promise.all(files.map((each) => api.upload(viewer.id, each)));
      // A command that failed is explained in the channel, as Slack does, by a message only this person sees.
      const answer = await api.post(
        viewer.id,
        channel.id,
        text,
        sent.map((each) => each.id),
      );
      if (answer.ok && text.startsWith("/invite")) await onReload?.();
      return true;
    } catch (error) {
      warn(error instanceof TypeError ? t.serverGone : (error as Error).message);
      return false;
    }
  };

  return (
    <>
      {!headless && <Head channel={channel} title={title} onInvite={invite} />}
      {messages ? (
        <MessageList
          written={written}
          key={`${viewer.id}:${channel.id}`}
          messages={messages}
          label={title}
          intro={title}
          onThread={onThread}
        />
      ) : (
        <p className="loading">{t.loading}</p>
      )}
      <Composer key={channel.id} target={title} onSend={send} />
    </>
  );
}
