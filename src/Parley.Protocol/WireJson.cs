using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Parley.Protocol;

/// <summary>
/// How JSON is read and written: camelCase, nulls left out, letters of any script unescaped; duplicate keys, comments and wrong
/// types are refused, unknown keys are ignored so that newer clients may say more.
/// </summary>
[JsonSerializable(typeof(SignUpRequest))]
[JsonSerializable(typeof(SignInRequest))]
[JsonSerializable(typeof(ChangeProfileRequest))]
[JsonSerializable(typeof(ChangePasswordRequest))]
[JsonSerializable(typeof(StartThreadRequest))]
[JsonSerializable(typeof(UpdateThreadRequest))]
[JsonSerializable(typeof(SendRequest))]
[JsonSerializable(typeof(EditRequest))]
[JsonSerializable(typeof(SignedIn))]
[JsonSerializable(typeof(CurrentSession))]
[JsonSerializable(typeof(MeAnswer))]
[JsonSerializable(typeof(UserAnswer))]
[JsonSerializable(typeof(UsersAnswer))]
[JsonSerializable(typeof(SessionsAnswer))]
[JsonSerializable(typeof(ThreadsPage))]
[JsonSerializable(typeof(MessagesPage))]
[JsonSerializable(typeof(ThreadChanges))]
[JsonSerializable(typeof(Bootstrap))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(WelcomeFrame))]
[JsonSerializable(typeof(ChangesFrame))]
[JsonSerializable(typeof(ResetFrame))]
[JsonSerializable(typeof(AckFrame))]
[JsonSerializable(typeof(NackFrame))]
[JsonSerializable(typeof(PresenceFrame))]
[JsonSerializable(typeof(TypingFrame))]
[JsonSerializable(typeof(PongFrame))]
[JsonSerializable(typeof(ByeFrame))]
[JsonSerializable(typeof(HelloFrame))]
[JsonSerializable(typeof(SendFrame))]
[JsonSerializable(typeof(ReadFrame))]
[JsonSerializable(typeof(SayTypingFrame))]
[JsonSerializable(typeof(WatchFrame))]
[JsonSerializable(typeof(ActiveFrame))]
[JsonSerializable(typeof(PingFrame))]
public sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>The one instance to use.</summary>
    public static WireJson Wire { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
