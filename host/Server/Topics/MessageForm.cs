using PluginHost.Abstractions;

namespace PluginHost.Server.Topics;

/// <summary>
/// How messages look for a kind of subscriber: the encoding of values, and the compression. Subscribers of one form share each message's frame, so
/// there is one object for each form.
/// </summary>
internal sealed class MessageForm
{
    private MessageForm(Func<TopicMessage, OutgoingMessage>? encode, MessageForm? plain, int level, int windowBits, int threshold)
    {
        Encode = encode;
        Plain = plain;
        Level = level;
        WindowBits = windowBits;
        Threshold = threshold;
    }

    /// <summary>Makes messages of values; <see langword="null"/> for the way of the contract.</summary>
    public Func<TopicMessage, OutgoingMessage>? Encode { get; }

    /// <summary>The form of the same encoding without compression; <see langword="null"/> where this is it.</summary>
    public MessageForm? Plain { get; }

    /// <summary>1 (fast) to 9 (small).</summary>
    public int Level { get; }

    /// <summary>9 to 15.</summary>
    public int WindowBits { get; }

    /// <summary>Messages of fewer bytes are not compressed.</summary>
    public int Threshold { get; }

    /// <summary>The forms of one server.</summary>
    internal sealed class Table
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<(object?, int, int, int), MessageForm> _forms = [];

        /// <summary>The form without compression.</summary>
        public MessageForm Of(Func<TopicMessage, OutgoingMessage>? encode)
        {
            lock (_gate) return Find((encode, 0, 0, 0), () => new MessageForm(encode, null, 0, 0, 0));
        }

        /// <summary>The form with compression whose frames do not depend on what was sent before.</summary>
        public MessageForm Of(Func<TopicMessage, OutgoingMessage>? encode, int level, int windowBits, int threshold)
        {
            lock (_gate)
            {
                var plain = Find((encode, 0, 0, 0), () => new MessageForm(encode, null, 0, 0, 0));
                return Find((encode, level, windowBits, threshold), () => new MessageForm(encode, plain, level, windowBits, threshold));
            }
        }

        private MessageForm Find((object?, int, int, int) key, Func<MessageForm> make)
        {
            if (!_forms.TryGetValue(key, out var form)) _forms.Add(key, form = make());
            return form;
        }
    }
}
