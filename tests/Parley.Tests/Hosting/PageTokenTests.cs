using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;
using Parley.Protocol;
using Parley.Server.Hosting;
using Parley.Tests.Support;
using Xunit;

namespace Parley.Tests.Hosting;

public sealed class PageTokenTests(TestServer server) : IClassFixture<TestServer>
{
    private PageTokens Tokens => server.Services.GetRequiredService<PageTokens>();

    [Fact]
    public void A_token_gives_back_its_numbers_and_does_not_show_them()
    {
        var token = Tokens.Protect("messages", [1, -2, long.MaxValue]);

        Assert.Equal([1, -2, long.MaxValue], Tokens.Unprotect("messages", token));
        Assert.Matches("^[A-Za-z0-9_-]+$", token);
        Assert.NotEqual(token, Tokens.Protect("messages", [1, -2, long.MaxValue]));
    }

    [Fact]
    public void A_token_is_good_for_its_own_purpose_only()
    {
        var token = Tokens.Protect("messages", [1]);

        Assert.Equal(ErrorCode.InvalidPageToken, Assert.Throws<Refusal>(() => Tokens.Unprotect("threads", token)).Code);
    }

    [Fact]
    public void A_token_with_one_character_changed_is_refused_wherever_it_is()
    {
        var token = Tokens.Protect("messages", [7, 8]);
        for (var i = 0; i < token.Length - 1; i++)
        {
            var forged = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            Assert.Equal(ErrorCode.InvalidPageToken, Assert.Throws<Refusal>(() => Tokens.Unprotect("messages", forged)).Code);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("AAAA")]
    [InlineData("ünïcode")]
    public void What_was_never_a_token_is_refused(string token) =>
        Assert.Equal(ErrorCode.InvalidPageToken, Assert.Throws<Refusal>(() => Tokens.Unprotect("messages", token)).Code);

    [Fact]
    public void A_token_of_another_server_is_refused()
    {
        var foreign = new PageTokens(new EphemeralDataProtectionProvider()).Protect("messages", [1]);

        Assert.Equal(ErrorCode.InvalidPageToken, Assert.Throws<Refusal>(() => Tokens.Unprotect("messages", foreign)).Code);
    }

    [Fact]
    public async Task A_token_outlives_the_process()
    {
        await using var own = await TestServer.Start();
        var token = own.Services.GetRequiredService<PageTokens>().Protect("messages", [42]);

        await own.Restart();

        Assert.Equal([42], own.Services.GetRequiredService<PageTokens>().Unprotect("messages", token));
    }

    [Fact]
    public async Task A_token_made_before_the_algorithm_was_chosen_is_good_until_its_key_ends()
    {
        await using var own = await TestServer.Start();
        var services = new ServiceCollection();
        services.AddDataProtection().SetApplicationName("parley");
        services.Configure<KeyManagementOptions>(keys => keys.XmlRepository = new DatabaseKeys(own.Database));
        await using var before = services.BuildServiceProvider();
        var token = new PageTokens(before.GetRequiredService<IDataProtectionProvider>()).Protect("messages", [42]);

        Assert.Equal([42], own.Services.GetRequiredService<PageTokens>().Unprotect("messages", token));
    }

    [Fact]
    public void A_token_is_no_longer_than_its_numbers_need()
    {
        // Key and nonce, four numbers, and what proves them; AES-CBC with its HMAC takes 176 characters.
        Assert.Equal(128, Tokens.Protect("messages", [1, 2, 3, 4]).Length);
    }
}
