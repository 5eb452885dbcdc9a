namespace Parley.Server.Demo;

/// <summary>What the two people of the demonstration have said to each other.</summary>
internal static class DemoConversation
{
    public static readonly DemoPerson Maya = new("maya", "Maya Okafor", "maya-has-a-garden");
    public static readonly DemoPerson Jonas = new("jonas", "Jonas Lindqvist", "jonas-bakes-bread");

    /// <summary>In order; each a number of minutes after the one before.</summary>
    public static readonly DemoLine[] Lines =
    [
        new(Maya, 0, "Are you home? There is a box of tomatoes outside your door"),
        new(Maya, 1, "A big one. They all ripened at once and I panicked"),
        new(Jonas, 14, "I nearly fell over it 😄 Thank you! Are these from the balcony?"),
        new(Maya, 2, "From the garden plot. The balcony only makes basil and regret"),
        new(Jonas, 1, "Ha"),
        new(Jonas, 2, "I'll make sauce tonight and bring you a jar", Reaction: "❤️"),
        new(Maya, 1, "Deal. Put in more garlic than the recipe says"),
        new(Jonas, 3, "That is the only rule I live by"),
        new(Jonas, 1_265, "Sauce is done! Four jars. One has your name on it, literally, Ella drew a label", Reaction: "😍"),
        new(Maya, 22, "Oh no, now I can never open it"),
        new(Jonas, 1, "She drew you with wings. I didn't ask"),
        new(Maya, 2, "Tell her the likeness is perfect"),
        new(Jonas, 190, "Also, before I forget: are we still on for Saturday? The lake?"),
        new(Maya, 8, "Yes!! Trian at 9:12, the one that stops everywhere", Edited: "Yes!! Train at 9:12, the one that stops everywhere"),
        new(Maya, 1, "I'll bring the blanket and the good thermos"),
        new(Jonas, 4, "I'll bring bread. The seeded one, if the starter forgives me for last week"),
        new(Maya, 1, "What did you do to it"),
        new(Jonas, 2, "I went away for three days without saying goodbye", Reaction: "😂"),
        new(Maya, 1_020, "Weather for tomorrow looks perfect. 22°, a bit of wind: https://www.smhi.se"),
        new(Jonas, 35, "Then I'm swimming. No matter how cold", ReplyTo: 19),
        new(Maya, 1, "You said that in May, and you went in up to the ankles"),
        new(Jonas, 2, "Strategic ankles"),
        new(Maya, 3, "I'll film it this time 🎥", Reaction: "😂"),
        new(Jonas, 95, "Bread is out of the oven. The starter has forgiven me"),
        new(Jonas, 1, "See you on the platform at nine?"),
    ];
}

/// <summary>Someone to sign in as.</summary>
internal sealed record DemoPerson(string Username, string FullName, string Password);

/// <summary>A message, with what became of it: a reaction of the other one, a later wording.</summary>
internal sealed record DemoLine(
    DemoPerson From, int MinutesLater, string Text, int? ReplyTo = null, string? Reaction = null, string? Edited = null);
