using System.Security.Cryptography;
using System.Text;
using PluginHost.Core.Scripting.Values;

namespace PluginHost.Core.Scripting.Functions;

/// <summary>Functions of <c>string</c> over the UTF-8 of a text: hashes in hexadecimal digits, and Base64.</summary>
internal static class StringHashes
{
    private const int Cost = 20; // steps that the smallest hash takes

    private static readonly UTF8Encoding Utf8 = new(false);

    public static ScriptValue Md5(Call call) => Hex(call, MD5.HashData(Bytes(call, 0)));

    public static ScriptValue Sha1(Call call) => Hex(call, SHA1.HashData(Bytes(call, 0)));

    public static ScriptValue Sha256(Call call) => Hex(call, SHA256.HashData(Bytes(call, 0)));

    public static ScriptValue Sha512(Call call) => Hex(call, SHA512.HashData(Bytes(call, 0)));

    public static ScriptValue HmacSha1(Call call) => Hex(call, HMACSHA1.HashData(Bytes(call, 1), Bytes(call, 0)));

    public static ScriptValue HmacSha256(Call call) => Hex(call, HMACSHA256.HashData(Bytes(call, 1), Bytes(call, 0)));

    public static ScriptValue HmacSha512(Call call) => Hex(call, HMACSHA512.HashData(Bytes(call, 1), Bytes(call, 0)));

    public static ScriptValue Base64Encode(Call call)
    {
        var bytes = Bytes(call, 0);
        call.Run.ChargeText((bytes.Length + 2L) / 3 * 4);
        return ScriptValue.Of(Convert.ToBase64String(bytes));
    }

    public static ScriptValue Base64Decode(Call call)
    {
        var text = call.Text(0);
        call.Run.Pass(2L * text.Length);
        call.Run.Charge(text.Length + 24L);
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text, bytes, out var length)) throw call.Fail(0, "must be Base64");
        return call.Text(Utf8.GetString(bytes, 0, length));
    }

    private static byte[] Bytes(Call call, int argument)
    {
        var text = call.Text(argument);
        var length = Utf8.GetByteCount(text);
        call.Run.Charge(24L + length);
        call.Run.StepMany(Cost + length / 32);
        return Utf8.GetBytes(text);
    }

    private static ScriptValue Hex(Call call, byte[] hash) => call.Text(Convert.ToHexStringLower(hash));
}
