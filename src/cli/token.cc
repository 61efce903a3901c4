// token: makes, lists and ends the tokens that administration over TLS takes.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/clock.h"
#include "base/status_macros.h"
#include "base/when.h"
#include "cli/admin_server.h"
#include "cli/json_output.h"
#include "cli/printable.h"
#include "cli/verb.h"

namespace sumlog::cli {
namespace {

constexpr absl::Duration kLongestExpiry = absl::Hours(876'000);  // a hundred years

struct TokenFlags {
  AdminFlags admin;
  std::string name;
  std::string scopes;
  std::string modules;
  std::string expires;
};

std::vector<std::string> SplitList(const std::string& list) {
  return absl::StrSplit(list, ',', absl::SkipEmpty());
}

absl::StatusOr<rpc_client::TokenGrant> GrantOf(const Context& context, const TokenFlags& flags) {
  rpc_client::TokenGrant grant{.name = flags.name,
                               .scopes = SplitList(flags.scopes),
                               .module_patterns = SplitList(flags.modules)};
  if (flags.expires.empty()) return grant;
  absl::Duration valid_for;
  // What is too long to be written down is infinite to absl, and would be a token for ever.
  if (!absl::ParseDuration(flags.expires, &valid_for) || valid_for <= absl::ZeroDuration() ||
      valid_for > kLongestExpiry) {
    return absl::InvalidArgumentError(absl::StrCat(
        "got --expires ", flags.expires, ", want a time such as 720h or 90m, of at most ",
        absl::FormatDuration(kLongestExpiry), "; none: for ever"));
  }
  grant.expires_at = context.clock->Now() + valid_for;
  return grant;
}

absl::StatusOr<rpc_client::NewToken> Create(const Context& context, const TokenFlags& flags) {
  ASSIGN_OR_RETURN(const rpc_client::TokenGrant grant, GrantOf(context, flags));
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc_client::AdminClient> client,
                   ConnectAdmin(context, flags.admin));
  return client->CreateToken(grant);
}

absl::StatusOr<std::vector<rpc_client::TokenGrant>> List(const Context& context,
                                                         const AdminFlags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc_client::AdminClient> client,
                   ConnectAdmin(context, flags));
  return client->ListTokens();
}

absl::Status Revoke(const Context& context, const TokenFlags& flags) {
  ASSIGN_OR_RETURN(const std::unique_ptr<rpc_client::AdminClient> client,
                   ConnectAdmin(context, flags.admin));
  return client->RevokeToken(flags.name);
}

Json ToJson(const Context& context, const rpc_client::TokenGrant& grant) {
  const bool has_end = grant.expires_at != absl::InfiniteFuture();
  return {{"name", grant.name},
          {"scopes", grant.scopes},
          {"modules", grant.module_patterns},
          {"created", FormatTimestamp(grant.created_at)},
          {"expires", has_end ? Json(FormatTimestamp(grant.expires_at)) : Json(nullptr)},
          {"expired", grant.expires_at <= context.clock->Now()}};
}

// "ci  ingest  corp.example.com  until 2026-12-21T12:00:00Z".
std::string Describe(const Context& context, const rpc_client::TokenGrant& grant) {
  const std::string until =
      grant.expires_at == absl::InfiniteFuture()
          ? "for ever"
          : absl::StrCat(grant.expires_at <= context.clock->Now() ? "expired " : "until ",
                         FormatTimestamp(grant.expires_at));
  const std::string modules = absl::StrJoin(grant.module_patterns, ",");
  return absl::StrCat(Printable(grant.name), "  ", Printable(absl::StrJoin(grant.scopes, ",")),
                      "  ", modules.empty() ? "-" : Printable(modules), "  ", until);
}

void RunCreate(Context& context, const TokenFlags& flags) {
  const absl::StatusOr<rpc_client::NewToken> token = Create(context, flags);
  if (!token.ok()) {
    return FailAdmin(context, absl::StrCat("make token ", flags.name), token.status());
  }
  if (context.json) {
    Json json = ToJson(context, token->grant);
    json["secret"] = token->secret;
    return PrintJson(context, json);
  }
  if (!context.quiet) {
    *context.err << "token  " << Describe(context, token->grant) << "\n"
                 << "the secret is said this once; who has it may do all that. Give it to the job "
                    "as SUMLOG_TOKEN\n"
                 << std::flush;
  }
  *context.out << Printable(token->secret) << "\n";
}

void RunList(Context& context, const AdminFlags& flags) {
  const absl::StatusOr<std::vector<rpc_client::TokenGrant>> grants = List(context, flags);
  if (!grants.ok()) return FailAdmin(context, "list tokens", grants.status());
  if (context.json) {
    Json json = Json::array();
    for (const rpc_client::TokenGrant& grant : *grants) json.push_back(ToJson(context, grant));
    return PrintJson(context, json);
  }
  for (const rpc_client::TokenGrant& grant : *grants) {
    *context.out << Describe(context, grant) << "\n";
  }
  if (grants->empty() && !context.quiet) *context.err << "there is no token\n";
}

void RunRevoke(Context& context, const TokenFlags& flags) {
  const absl::Status status = Revoke(context, flags);
  if (!status.ok()) return FailAdmin(context, absl::StrCat("revoke token ", flags.name), status);
  if (context.json) return PrintJson(context, {{"name", flags.name}, {"revoked", true}});
  *context.out << "revoked: " << Printable(flags.name) << "\n";
}

void AddCreate(CLI::App& token, Context& context) {
  CLI::App* noun = token.add_subcommand("create", "make a token; print its secret, this once");
  const auto flags = std::make_shared<TokenFlags>();  // shared with the callback, which runs later
  noun->add_option("NAME", flags->name, "for the journal: letters, digits, '-', '_' and '.'")
      ->required();
  noun->add_option("--scope", flags->scopes, "ingest, operate, read: one or several, by commas")
      ->type_name("S,S")
      ->required();
  noun->add_option("--modules", flags->modules, "what ingest may add, in the form of GOPRIVATE")
      ->type_name("P,P");
  noun->add_option("--expires", flags->expires, "how long it is valid, such as 720h (for ever)")
      ->type_name("TIME");
  AddAdminFlags(*noun, flags->admin);
  noun->footer(
      "The server keeps a hash of the secret: lost ones are revoked and made anew.\n"
      "example: sumlog token create ci --scope ingest --modules corp.example --dir D");
  noun->callback([&context, flags] { RunCreate(context, *flags); });
}

}  // namespace

void AddToken(CLI::App& program, Context& context) {
  CLI::App* verb = program.add_subcommand("token", "make, list, revoke what lets jobs in over TLS");
  verb->require_subcommand(1);
  verb->footer("example: sumlog token list --dir /var/lib/sumlog");
  AddCreate(*verb, context);

  CLI::App* list = verb->add_subcommand("list", "list the tokens, without their secrets");
  const auto list_flags = std::make_shared<AdminFlags>();
  AddAdminFlags(*list, *list_flags);
  list->footer(
      "One line each: name, scopes, modules, how long.\n"
      "example: sumlog token list --dir /var/lib/sumlog");
  list->callback([&context, list_flags] { RunList(context, *list_flags); });

  CLI::App* revoke = verb->add_subcommand("revoke", "end a token at once");
  const auto flags = std::make_shared<TokenFlags>();
  revoke->add_option("NAME", flags->name, "as it was made")->required();
  AddAdminFlags(*revoke, flags->admin);
  revoke->footer(
      "Exit 1: there is no token with this name.\n"
      "example: sumlog token revoke ci --dir /var/lib/sumlog");
  revoke->callback([&context, flags] { RunRevoke(context, *flags); });
}

}  // namespace sumlog::cli
