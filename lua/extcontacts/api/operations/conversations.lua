--- Operations on conversations.

return {
  -- The body comes first, as specified.  The response is an empty 202 even if the
  -- conversation does not exist.
  { "put_externalcontacts_conversation", "conversations.associate", "PUT",
    "/conversations/{conversationId}",
    effect = "update",
    summary = "Associate/disassociate an external contact with a conversation",
    permissions = { "externalContacts:conversation:associate" },
    body_model = "ConversationAssociation",
    positional = { "body", "conversation_id" },
    success_status = 202,
  },
}
