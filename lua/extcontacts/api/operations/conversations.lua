--- Operations on conversations.

return {
  { "put_externalcontacts_conversation", "conversations.associate", "PUT",
    "/conversations/{conversationId}",
    effect = "update",
    summary = "Associate/disassociate an external contact with a conversation",
    note = "The body comes first. Without externalContactId in the body, the conversation is disassociated. "
      .. "The server also answers 202 if the conversation does not exist.",
    permissions = { "relate:conversation:associate", "externalContacts:conversation:associate" },
    body_model = "ConversationAssociation",
    positional = { "body", "conversation_id" },
    success_status = 202,
  },
}
