//! Project spaces, and what a new one starts with.

use super::connection::{Store, UnitOfWork};
use super::error::StoreError;
use super::member;
use super::page::Count;
use super::role;
use super::row_filter::is_storable;
use super::web_user::{self, NewAccount};
use crate::authz::{Action, CreateProjectSpace, Sealed, UpdateProjectSpace};
use crate::domain::{
    Assignment, MailLanguage, NewProjectSpace, NewRole, Preset, ProjectSpace, ProjectSpaceId,
    ProjectSpaceName, Settings, WebUserId,
};
use entity::{project_space, web_user as account};
use sea_orm::sea_query::{Expr, LockType, Query};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter, QueryTrait, Set};
use serde_json::{Value as Json, json};

fn sealed(row: project_space::Model) -> Result<Sealed<ProjectSpace>, StoreError> {
    let days = row.invitation_lifetime_days;
    Ok(Sealed::new(ProjectSpace {
        id: ProjectSpaceId(row.id),
        name: ProjectSpaceName::stored(row.name),
        display_name: row.display_name,
        settings: Settings {
            connect_enabled: row.connect_enabled,
            two_factor_required: row.two_factor_required,
            strong_mobile_passwords: row.strong_mobile_passwords,
            invitation_lifetime_days: u16::try_from(days)
                .map_err(|_| StoreError::Inconsistent("invitation lifetime"))?,
            allow_access_requests: row.allow_access_requests,
            invite_email_only: row.invite_email_only,
            mail_language: MailLanguage::of(&row.mail_language)
                .ok_or(StoreError::Inconsistent("mail language"))?,
        },
        version: row.version,
    }))
}

impl Store {
    /// The project space of this name, as in URLs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn project_space_named(&self, name: &str) -> Result<Option<Sealed<ProjectSpace>>, StoreError> {
        if !is_storable(name) {
            return Ok(None);
        }
        let query = project_space::Entity::find().filter(project_space::Column::Name.eq(name)).into_query();
        self.one(&query).await?.map(sealed).transpose()
    }

    /// The project spaces with these ids, in no order. Unknown ids are passed over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn project_spaces(
        &self,
        ids: &[ProjectSpaceId],
    ) -> Result<Vec<Sealed<ProjectSpace>>, StoreError> {
        let ids = ids.iter().map(|id| id.0);
        let query = project_space::Entity::find().filter(project_space::Column::Id.is_in(ids)).into_query();
        self.all(&query).await?.into_iter().map(sealed).collect()
    }
}

impl<A: Action> UnitOfWork<A> {
    /// Waits until nobody else holds the project space: for its row, or for SQLite's one writer. Rows that refer to it are
    /// written meanwhile.
    pub(super) async fn hold_the_space(&self, space: ProjectSpaceId) -> Result<(), StoreError> {
        if self.backend() == DbBackend::Postgres {
            let lock = Query::select()
                .expr_as(Expr::val(1_i64), "number")
                .from(project_space::Entity)
                .and_where(project_space::Column::Id.eq(space.0))
                .lock(LockType::NoKeyUpdate)
                .to_owned();
            self.one::<Count>(&lock).await?;
        }
        Ok(())
    }
}

impl UnitOfWork<CreateProjectSpace> {
    /// The account with this address, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn account_of(&self, email: &str) -> Result<Option<WebUserId>, StoreError> {
        let query = account::Entity::find().filter(account::Column::Email.eq(email)).into_query();
        Ok(self.one::<account::Model>(&query).await?.map(|row| WebUserId(row.id)))
    }

    /// Makes the project space with its preset roles and its first admin: the account given, or a new one.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the name is taken.
    pub async fn create(
        &mut self,
        new: &NewProjectSpace,
        settings: Settings,
        admin: Result<WebUserId, String>,
    ) -> Result<ProjectSpace, StoreError> {
        let now = self.now;
        let space = ProjectSpace {
            id: ProjectSpaceId::fresh(now),
            name: new.name.clone(),
            display_name: new.display_name.clone(),
            settings,
            version: 1,
        };
        let row = project_space::ActiveModel {
            id: Set(space.id.0),
            name: Set(space.name.to_string()),
            display_name: Set(space.display_name.clone()),
            connect_enabled: Set(settings.connect_enabled),
            two_factor_required: Set(settings.two_factor_required),
            strong_mobile_passwords: Set(settings.strong_mobile_passwords),
            invitation_lifetime_days: Set(i32::from(settings.invitation_lifetime_days)),
            allow_access_requests: Set(settings.allow_access_requests),
            invite_email_only: Set(settings.invite_email_only),
            mail_language: Set(settings.mail_language.code().to_owned()),
            created_at: Set(now),
            updated_at: Set(now),
            version: Set(1),
        };
        project_space::Entity::insert(row).exec_without_returning(&self.tx).await?;
        for preset in Preset::ALL {
            role::insert(&self.tx, now, space.id, NewRole::from(preset)).await?;
        }
        let admin = match admin {
            Ok(account) => account,
            Err(password_hash) => self.create_account(new, password_hash).await?,
        };
        member::insert(&self.tx, now, space.id, admin, &Assignment::admin()).await?;
        self.made(&space);
        self.changed("name", json!(null), json!(space.name.as_str()));
        self.changed("admin", json!(null), json!(admin.to_string()));
        Ok(space)
    }

    async fn create_account(
        &self,
        new: &NewProjectSpace,
        password_hash: String,
    ) -> Result<WebUserId, StoreError> {
        let account = NewAccount {
            email: new.admin_email.as_str(),
            first_name: "",
            last_name: "",
            password_hash: Some(password_hash),
        };
        web_user::insert(&self.tx, self.now, account).await
    }
}

impl UnitOfWork<UpdateProjectSpace> {
    /// Writes the name for people and the settings that can be changed.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the project space has changed since it was judged.
    pub async fn update(&mut self, display_name: String, settings: Settings) -> Result<(), StoreError> {
        let before = self.proof.resource().clone();
        let after = ProjectSpace {
            display_name,
            settings,
            version: before.version.saturating_add(1),
            ..before.clone()
        };
        let days = i32::from(settings.invitation_lifetime_days);
        let written = project_space::Entity::update_many()
            .col_expr(project_space::Column::DisplayName, Expr::val(after.display_name.as_str()))
            .col_expr(project_space::Column::ConnectEnabled, Expr::val(settings.connect_enabled))
            .col_expr(project_space::Column::InvitationLifetimeDays, Expr::val(days))
            .col_expr(project_space::Column::AllowAccessRequests, Expr::val(settings.allow_access_requests))
            .col_expr(project_space::Column::InviteEmailOnly, Expr::val(settings.invite_email_only))
            .col_expr(
                project_space::Column::StrongMobilePasswords,
                Expr::val(settings.strong_mobile_passwords),
            )
            .col_expr(project_space::Column::MailLanguage, Expr::val(settings.mail_language.code()))
            .col_expr(project_space::Column::UpdatedAt, Expr::val(self.now))
            .col_expr(project_space::Column::Version, Expr::val(after.version))
            .filter(project_space::Column::Id.eq(before.id.0))
            // The decision was about this version of the row, so the write is too.
            .filter(project_space::Column::Version.eq(before.version))
            .exec(&self.tx)
            .await?;
        if written.rows_affected != 1 {
            return Err(StoreError::Stale);
        }
        for ((field, from), (_, to)) in fields(&before).into_iter().zip(fields(&after)) {
            self.changed(field, from, to);
        }
        Ok(self.proof.refresh(after)?)
    }
}

/// What an update may change, for the audit.
fn fields(space: &ProjectSpace) -> [(&'static str, Json); 7] {
    let settings = &space.settings;
    [
        ("display_name", json!(space.display_name)),
        ("connect_enabled", json!(settings.connect_enabled)),
        ("invitation_lifetime_days", json!(settings.invitation_lifetime_days)),
        ("allow_access_requests", json!(settings.allow_access_requests)),
        ("invite_email_only", json!(settings.invite_email_only)),
        ("mail_language", json!(settings.mail_language.code())),
        ("strong_mobile_passwords", json!(settings.strong_mobile_passwords)),
    ]
}
